import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { BackupRun } from '../contract/agent.ts';
import { BatonError } from '../contract/errors.ts';
import { readCatalogue } from './catalogue.ts';
import { freeBytes, lackOfSpace } from './disk-space.ts';
import type { Failure, FailureNote } from './failure-note.ts';
import { pruneBackups } from './prune.ts';
import { recoverLeftovers } from './recover-leftovers.ts';
import type { Keep } from './retention.ts';
import { takeDump, type DumpRequest } from './take-dump.ts';
import type { BackupTurn } from './turn.ts';

/** Runs that can still be asked for after they ended. */
const rememberedRuns = 50;

/** What the runner is told once. */
export interface RunnerOptions extends Pick<
  DumpRequest,
  'server' | 'socket' | 'defaultsFile' | 'directory' | 'stallTimeoutMs' | 'now'
> {
  readonly keep: Keep;
  /** Shared with everything else that copies this server. */
  readonly turn: BackupTurn;
  readonly note: FailureNote;
  readonly logger: Logger;
}

/** Takes backups of one server, one at a time, remembers how they ended, and removes those that are too old. */
export class BackupRunner {
  readonly #options: RunnerOptions;
  readonly #runs = new Map<string, BackupRun>();
  readonly #closing = new AbortController();
  #current: { readonly run: BackupRun; readonly ended: Promise<void> } | null = null;
  #preparing = false;
  #open = false;

  constructor(options: RunnerOptions) {
    this.#options = options;
  }

  /**
   * Cleans up after an agent that was killed, and takes backups from then on. Call it once, when no other agent of this
   * server can be there any more.
   */
  async open(): Promise<void> {
    const { directory, server, note, now, logger } = this.#options;
    const { finished, removed } = await recoverLeftovers(directory, server);
    for (const name of finished) logger.info({ name }, 'backup of an earlier run finished');
    for (const name of removed) logger.warn({ name }, 'half backup of an earlier run removed');
    const [name] = removed;
    if (name !== undefined) {
      await note.write({ at: now().toISOString(), text: `the agent was ended while ${name} was being written` });
    }
    this.#open = true;
  }

  /**
   * Starts a backup and answers its run at once. Rejects with BatonError: already-running (details: the run's id),
   * refused when the disk has no room for it, unavailable when the agent is closing.
   */
  async take(): Promise<BackupRun> {
    this.#refuseWhenClosing();
    if (!this.#open) throw new BatonError('unavailable', 'The agent is starting.');
    if (this.#current || this.#preparing) {
      throw new BatonError(
        'already-running',
        'A backup of this server is being taken.',
        'Wait for it to end.',
        this.#current && { id: this.#current.run.id },
      );
    }
    this.#preparing = true;
    try {
      await this.#checkSpace();
      this.#refuseWhenClosing();
      return this.#start();
    } finally {
      this.#preparing = false;
    }
  }

  /** The run with that id as it stands now; null when there is none, or it ended long ago. */
  run(id: string): BackupRun | null {
    return copy(this.#runs.get(id));
  }

  /** The run that goes on now, or null. */
  running(): BackupRun | null {
    return copy(this.#current?.run);
  }

  /** The last failure after which no backup has succeeded, or null. */
  lastFailure(): Failure | null {
    return this.#options.note.failure;
  }

  /** Ends a backup that goes on, and waits until nothing of it is left. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('the agent was ended'));
    await this.#current?.ended;
  }

  #refuseWhenClosing(): void {
    if (this.#closing.signal.aborted) throw new BatonError('unavailable', 'The agent is being ended.');
  }

  async #checkSpace(): Promise<void> {
    const { directory, server, now, note } = this.#options;
    const last = (await readCatalogue(directory)).find((backup) => backup.server === server);
    const lack = lackOfSpace(await freeBytes(directory), last?.bytes ?? null);
    if (lack === null) return;
    await note.write({ at: now().toISOString(), text: lack });
    throw new BatonError('refused', `No backup was begun: ${lack}.`, 'Make room, or keep fewer backups.');
  }

  #start(): BackupRun {
    const release = this.#options.turn.take('A backup');
    const startedAt = this.#options.now();
    const run: BackupRun = {
      id: randomUUID(),
      method: 'dump',
      startedAt: startedAt.toISOString(),
      endedAt: null,
      state: 'running',
      bytes: 0,
      name: null,
      error: null,
    };
    this.#runs.set(run.id, run);
    for (const id of [...this.#runs.keys()].slice(0, -rememberedRuns)) this.#runs.delete(id);
    const ended = this.#go(run, startedAt, release).finally(() => {
      this.#current = null;
      release();
    });
    this.#current = { run, ended };
    return { ...run };
  }

  /** Never rejects. */
  async #go(run: BackupRun, startedAt: Date, release: () => void): Promise<void> {
    const { logger, now, note } = this.#options;
    logger.info({ run: run.id }, 'backup begun');
    const outcome = await takeDump({
      ...this.#options,
      startedAt,
      signal: this.#closing.signal,
      onBytes: (bytes) => (run.bytes = bytes),
    });
    run.endedAt = now().toISOString();
    if (outcome.kind === 'failed') {
      run.error = outcome.reason;
      logger.error({ run: run.id, reason: outcome.reason }, 'backup failed');
      await note.write({ at: run.endedAt, text: outcome.reason });
      run.state = 'failed';
    } else {
      run.name = outcome.manifest.name;
      run.bytes = outcome.manifest.bytes;
      logger.info({ run: run.id, name: run.name, bytes: run.bytes, gtid: outcome.manifest.gtid }, 'backup done');
      await note.clear();
      await this.#prune();
      release();
      // Last: who sees "done" may ask for the next one.
      run.state = 'done';
    }
  }

  async #prune(): Promise<void> {
    const { directory, server, keep, now, logger } = this.#options;
    try {
      for (const { name } of await pruneBackups(directory, server, keep, now()))
        logger.info({ name }, 'backup removed');
    } catch (error) {
      logger.error({ error: String(error) }, 'old backups could not be removed');
    }
  }
}

function copy(run: BackupRun | undefined): BackupRun | null {
  return run ? { ...run } : null;
}
