import { setTimeout as delay } from 'node:timers/promises';
import { callSupervisord, SupervisordFault, type SupervisordAddress } from './xml-rpc.ts';
import { isStruct, type XmlParameter, type XmlValue } from './xml-value.ts';

const PAUSE_MS = 200;
/** supervisor.getProcessInfo, statename (supervisord manual, "Process States"). */
export type ProgramState =
  'STOPPED' | 'STARTING' | 'RUNNING' | 'BACKOFF' | 'STOPPING' | 'EXITED' | 'FATAL' | 'UNKNOWN' | (string & {});

/** Those in which no process of it is there, and none will come by itself. */
const DOWN: readonly ProgramState[] = ['STOPPED', 'EXITED', 'FATAL', 'UNKNOWN'];

/** What supervisord knows of a program. */
export interface ProgramInfo {
  readonly state: ProgramState;
  /** A process of it is there, or will come by itself (STARTING, RUNNING, BACKOFF, STOPPING). */
  readonly up: boolean;
  /** Seconds since 1970 of its last start; 0 before the first. */
  readonly startedAt: number;
  /** Of its last end; 0 before. */
  readonly exitCode: number;
  /** Why it could not be started, in its own words; empty otherwise. */
  readonly error: string;
}

/** One program of a supervisord, by its name: "mariadb_update" or "group:program". */
export class SupervisedProgram {
  readonly #address: SupervisordAddress;
  readonly #program: string;

  constructor(address: SupervisordAddress, program: string) {
    this.#address = address;
    this.#program = program;
  }

  async info(): Promise<ProgramInfo> {
    const answer = await this.#call('getProcessInfo');
    const word = (name: string): XmlValue | undefined => (isStruct(answer) ? answer[name] : undefined);
    const [state, error] = [word('statename'), word('spawnerr')];
    if (typeof state !== 'string') throw new Error(`supervisord does not say in which state ${this.#program} is`);
    return {
      state,
      up: !DOWN.includes(state),
      startedAt: numberOf(word('start')),
      exitCode: numberOf(word('exitstatus')),
      error: typeof error === 'string' ? error : '',
    };
  }

  /** Has it started; answers at once. One that is up is left as it is. */
  async start(): Promise<void> {
    if (!(await this.info()).up) await this.#call('startProcess', false).catch(unless('ALREADY_STARTED'));
  }

  /** Stops it, and resolves when no process of it is there. Rejects where that takes longer. */
  async stop(timeoutMs: number): Promise<void> {
    if ((await this.info()).up) await this.#call('stopProcess', false).catch(unless('NOT_RUNNING'));
    await this.until(({ up }) => !up, timeoutMs);
  }

  /** Looks until what is seen is right. Rejects with the state that it stayed in. */
  async until(right: (info: ProgramInfo) => boolean, timeoutMs: number): Promise<ProgramInfo> {
    const end = performance.now() + timeoutMs;
    for (;;) {
      const info = await this.info();
      if (right(info)) return info;
      if (performance.now() > end) throw new Error(`${this.#program} was ${info.state} for ${timeoutMs / 1000} s`);
      await delay(PAUSE_MS);
    }
  }

  /** How long each of its logs is now, in bytes; 0 where supervisord keeps none. */
  async logEnds(): Promise<LogEnds> {
    const endOf = async (stream: 'Stdout' | 'Stderr'): Promise<number> => {
      const answer = await this.#call(`tailProcess${stream}Log`, 0, 0).catch(unless('NO_FILE'));
      return Array.isArray(answer) ? numberOf(answer[1]) : 0;
    };
    return { out: await endOf('Stdout'), err: await endOf('Stderr') };
  }

  /** What it has logged behind these ends. */
  async logAfter({ out, err }: LogEnds): Promise<{ out: string; err: string }> {
    const read = async (stream: 'Stdout' | 'Stderr', from: number): Promise<string> => {
      const answer = await this.#call(`readProcess${stream}Log`, from, 0).catch(unless('NO_FILE'));
      return typeof answer === 'string' ? answer : '';
    };
    return { out: await read('Stdout', out), err: await read('Stderr', err) };
  }

  async #call(method: string, ...more: XmlParameter[]): Promise<XmlValue> {
    return await callSupervisord(this.#address, `supervisor.${method}`, [this.#program, ...more]);
  }
}

export interface LogEnds {
  readonly out: number;
  readonly err: number;
}

/** Somebody was faster, or there is nothing: that is no failure. */
function unless(fault: string): (error: unknown) => null {
  return (error) => {
    if (error instanceof SupervisordFault && error.fault.startsWith(fault)) return null;
    throw error;
  };
}

function numberOf(value: XmlValue | undefined): number {
  return typeof value === 'number' ? value : 0;
}
