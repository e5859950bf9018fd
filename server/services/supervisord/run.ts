import { appendFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../contract/errors.ts';
import type { ProgramEnd, RunningProgram } from '../run-program.ts';
import { disableTimeoutMs } from './disable.ts';
import type { LogEnds, ProgramInfo, SupervisedProgram } from './program.ts';

const PAUSE_MS = 200;

/** Runs it once: started, followed to its end, with what it logs meanwhile in the file. */
export function runSupervised(program: SupervisedProgram, logFile: string, timeoutMs: number): RunningProgram {
  const run = new SupervisedRun(program, logFile, timeoutMs);
  return {
    ended: run.follow().catch((error: unknown) => ({ exitCode: null, note: messageOf(error) })),
    async end(reason) {
      run.note = `ended: ${reason}`;
      await program.stop(disableTimeoutMs);
    },
    // supervisord has it: it goes on without the agent.
    leave: async (reason) => run.leave(reason),
  };
}

class SupervisedRun {
  note: string | null = null;
  readonly #program: SupervisedProgram;
  readonly #logFile: string;
  readonly #timeoutMs: number;
  /** Set: nobody looks at it any more. */
  #left: ProgramEnd | null = null;
  #logged: LogEnds = { out: 0, err: 0 };

  constructor(program: SupervisedProgram, logFile: string, timeoutMs: number) {
    this.#program = program;
    this.#logFile = logFile;
    this.#timeoutMs = timeoutMs;
  }

  leave(reason: string): void {
    this.#left = { exitCode: null, note: `${reason}; supervisord goes on with it` };
  }

  /** Resolves within a moment of its end, or of leave. */
  async follow(): Promise<ProgramEnd> {
    const until = performance.now() + this.#timeoutMs;
    this.#logged = await this.#program.logEnds();
    await this.#program.start();
    let first: ProgramInfo | null = null;
    for (;;) {
      const info = await this.#program.info();
      if (this.#left !== null) return this.#left;
      first ??= info;
      await this.#copyLog();
      const trouble = troubleOf(info, first) ?? (performance.now() > until ? this.#late() : null);
      if (trouble !== null && this.note === null) {
        this.note = trouble;
        await this.#program.stop(disableTimeoutMs);
        return { exitCode: null, note: this.note };
      }
      if (!info.up) return endOf(info, this.note);
      await delay(PAUSE_MS);
    }
  }

  #late(): string {
    return `ended: no end within ${this.#timeoutMs / 1000} s`;
  }

  async #copyLog(): Promise<void> {
    const { out, err } = await this.#program.logAfter(this.#logged);
    if (out === '' && err === '') return;
    this.#logged = {
      out: this.#logged.out + Buffer.byteLength(out),
      err: this.#logged.err + Buffer.byteLength(err),
    };
    await appendFile(this.#logFile, out + err);
  }
}

/** What supervisord makes of a program that is to run once, where its section does not say so. */
function troubleOf(info: ProgramInfo, first: ProgramInfo): string | null {
  if (info.state === 'BACKOFF') {
    return 'ended at once, which supervisord takes for a failed start: give its section startsecs=0';
  }
  return info.up && info.startedAt > first.startedAt
    ? 'was started again by supervisord when it had ended: give its section autorestart=false'
    : null;
}

function endOf({ state, exitCode, error }: ProgramInfo, note: string | null): ProgramEnd {
  if (note !== null) return { exitCode: null, note };
  if (state === 'EXITED') return { exitCode, note: null };
  return { exitCode: null, note: error === '' ? `is ${state}` : `could not be started: ${error}` };
}
