import { randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { serviceRun, type ServiceRun } from '../contract/agent.ts';
import { BatonError } from '../contract/errors.ts';
import { replaceFile } from '../files/durable-file.ts';
import type { RunLog, RunningProgram } from './run-program.ts';

/** The end of a log that is answered. */
const answeredLogBytes = 65_536;
/** Runs of a service whose logs are kept. */
const keptRuns = 20;

const record = serviceRun.omit({ log: true });
type RunRecord = z.infer<typeof record>;

/**
 * The runs of one service: one at a time, each with its log and its record in a directory, so that both can be read after
 * the agent was started again.
 */
export class ServiceRuns {
  readonly #service: string;
  readonly #directory: string;
  readonly #now: () => Date;
  #current: { readonly record: RunRecord; readonly program: RunningProgram; readonly recorded: Promise<void> } | null =
    null;
  #last: RunRecord | null;
  #closed = false;

  private constructor(service: string, directory: string, now: () => Date, last: RunRecord | null) {
    this.#service = service;
    this.#directory = directory;
    this.#now = now;
    this.#last = last;
  }

  /** Opens the runs kept in the directory, which is made if absent. A run that an earlier agent did not end has failed. */
  static async open(service: string, directory: string, now: () => Date): Promise<ServiceRuns> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    const runs = new ServiceRuns(service, directory, now, null);
    const records = await runs.#records();
    for (const left of records.filter(({ state }) => state === 'running')) {
      left.state = 'failed';
      left.endedAt = now().toISOString();
      await runs.#write(left);
    }
    runs.#last = records.at(-1) ?? null;
    return runs;
  }

  get running(): boolean {
    // Its end is being written down: it runs no more.
    return this.#current?.record.state === 'running';
  }

  /** The last run that ended, or null. */
  get last(): { at: string; ok: boolean; id: string } | null {
    const last = this.#last;
    return last?.endedAt ? { at: last.endedAt, ok: last.state === 'done', id: last.id } : null;
  }

  /** Starts the program. Rejects with BatonError already-running (details: the run's id). */
  async start(begin: (log: RunLog) => RunningProgram): Promise<ServiceRun> {
    // One that has ended is only being written down.
    if (!this.running) await this.#current?.recorded;
    if (this.#current) {
      const { id } = this.#current.record;
      throw new BatonError('already-running', `${this.#service} is running.`, 'Wait for it to end.', { id });
    }
    await this.#forgetOld();
    const run: RunRecord = {
      id: randomUUID(),
      service: this.#service,
      startedAt: this.#now().toISOString(),
      endedAt: null,
      state: 'running',
      exitCode: null,
    };
    await this.#write(run);
    // As it begins: a short one may have ended before this is answered, and its log is read with its end.
    const begun = { ...run, log: '' };
    const log = await open(this.#logFile(run.id), 'a', 0o600);
    try {
      if (this.#closed) throw new BatonError('unavailable', 'The agent is being ended.');
      const program = begin({ fd: log.fd, path: this.#logFile(run.id) });
      const recorded = this.#whenEnded(run, program).finally(() => (this.#current = null));
      this.#current = { record: run, program, recorded };
    } finally {
      await log.close();
    }
    return begun;
  }

  /** The run with the end of its log; null when it is not known. */
  async read(id: string): Promise<ServiceRun | null> {
    if (!z.uuid().safeParse(id).success) return null;
    const run = this.#current?.record.id === id ? { ...this.#current.record } : await this.#read(id);
    return run && { ...run, log: await tailOf(this.#logFile(id)) };
  }

  /** Ends a run in progress; when this resolves, none goes on. */
  async end(reason: string): Promise<void> {
    const current = this.#current;
    await current?.program.end(reason);
    await current?.recorded;
  }

  /** Ends what is the agent's own child, leaves what the host supervises, and begins no further run. */
  async close(graceMs: number): Promise<void> {
    this.#closed = true;
    const current = this.#current;
    await current?.program.leave('the agent was ended', graceMs);
    // A supervisor that hangs does not hold the agent: the next one finds the record as it was.
    await Promise.race([current?.recorded, delay(graceMs, undefined, { ref: false })]);
  }

  async #whenEnded(run: RunRecord, program: RunningProgram): Promise<void> {
    const { exitCode, note } = await program.ended;
    if (note !== null)
      await writeFile(this.#logFile(run.id), `\n${this.#service} ${note}\n`, { flag: 'a' }).catch(() => undefined);
    run.exitCode = exitCode;
    run.endedAt = this.#now().toISOString();
    run.state = exitCode === 0 ? 'done' : 'failed';
    this.#last = run;
    // A full disk must not make the run look endless: what is in memory is answered.
    await this.#write(run).catch(() => undefined);
  }

  async #forgetOld(): Promise<void> {
    for (const { id } of (await this.#records()).slice(0, -(keptRuns - 1))) {
      await rm(join(this.#directory, `${id}.json`), { force: true });
      await rm(this.#logFile(id), { force: true });
    }
  }

  /** All records, oldest first. */
  async #records(): Promise<RunRecord[]> {
    const files = (await readdir(this.#directory)).filter((file) => file.endsWith('.json'));
    const records = await Promise.all(files.map((file) => this.#read(file.slice(0, -'.json'.length))));
    return records.filter((run) => run !== null).toSorted((a, b) => a.startedAt.localeCompare(b.startedAt));
  }

  async #read(id: string): Promise<RunRecord | null> {
    try {
      return record.parse(JSON.parse(await readFile(join(this.#directory, `${id}.json`), 'utf8')));
    } catch {
      return null;
    }
  }

  async #write(run: RunRecord): Promise<void> {
    await replaceFile(join(this.#directory, `${run.id}.json`), JSON.stringify(run));
  }

  #logFile(id: string): string {
    return join(this.#directory, `${id}.log`);
  }
}

async function tailOf(path: string): Promise<string> {
  const file = await open(path, 'r').catch(() => null);
  if (!file) return '';
  try {
    const { size } = await file.stat();
    const length = Math.min(size, answeredLogBytes);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
