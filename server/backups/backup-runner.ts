import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { BackupRequest, BackupRun } from '../contract/agent.ts';
import type { DumpManifest } from '../contract/dumps.ts';
import { BatonError, messageOf } from '../contract/errors.ts';
import type { FailureNote, StandingFailure } from './failure-note.ts';
import { writeIndex } from './index-file.ts';
import { methodOf, planRun } from './plan-run.ts';
import { pruneBackups } from './prune.ts';
import { recoverLeftovers } from './recover-leftovers.ts';
import type { Keep } from './retention.ts';
import { lackForAny, methodOfJob, takeJob, type JobParts } from './take-job.ts';
import { removeWork } from './take-physical.ts';
import type { BackupTurn } from './turn.ts';

/** Runs that can still be asked for after they ended. */
const rememberedRuns = 50;

/** What the runner is told once. */
export interface RunnerOptions extends JobParts {
  readonly keep: Keep;
  /** Shared with everything else that copies this server. */
  readonly turn: BackupTurn;
  readonly note: FailureNote;
  readonly logger: Logger;
  /** The backup that is being restored now: it and what it builds on are not removed. */
  readonly inUse: () => string | null;
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
    const { finished, removed, waiting } = await recoverLeftovers(directory, server);
    for (const name of finished) logger.info({ name }, 'backup of an earlier run finished');
    for (const name of waiting) logger.warn({ name }, 'backup of an earlier run could not get its name yet');
    for (const name of removed) logger.warn({ name }, 'half backup of an earlier run removed');
    const [name] = removed;
    if (name !== undefined) {
      const work = name.includes('.xb.') ? 'mariabackup' : 'dump';
      await note.write(work, {
        at: now().toISOString(),
        text: `the agent was ended while ${name} was being written`,
      });
    }
    await removeWork(this.#options.workDirectory);
    await this.#writeIndex();
    this.#open = true;
  }

  /**
   * Starts a backup and answers its run at once. Rejects with BatonError: already-running (details: the run's id),
   * refused when the disk has no room for it, unavailable when the agent is closing.
   */
  async take(request: BackupRequest = {}): Promise<BackupRun> {
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
      const method = methodOf(request, this.#options.rules);
      // Whether a physical one will be incremental is decided later, and looked at again.
      const obstacle = await this.#obstacle(method, request);
      if (obstacle !== null) {
        await this.#options.note.write(method, { at: this.#options.now().toISOString(), text: obstacle.text });
        throw new BatonError('refused', `No backup was begun: ${obstacle.text}.`, obstacle.next);
      }
      this.#refuseWhenClosing();
      return this.#start(method, request);
    } finally {
      this.#preparing = false;
    }
  }

  /** Resolves when nothing is being taken any more. */
  async idle(): Promise<void> {
    await this.#current?.ended;
  }

  /** The run with that id as it stands now; null when there is none, or it ended long ago. */
  run(id: string): BackupRun | null {
    return copy(this.#runs.get(id));
  }

  /** The run that goes on now, or null. */
  running(): BackupRun | null {
    return copy(this.#current?.run);
  }

  /** What failed last and has not succeeded since, newest first. */
  failures(): StandingFailure[] {
    return this.#options.note.failures;
  }

  /** Removes what is too old now, and answers it. */
  async prune(): Promise<DumpManifest[]> {
    const { directory, server, keep, now, logger, inUse } = this.#options;
    const removed = await pruneBackups(directory, server, keep, now(), inUse());
    for (const { name } of removed) logger.info({ name }, 'backup removed');
    await this.#writeIndex();
    return removed;
  }

  /** Ends a backup that goes on, and waits until nothing of it is left. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('the agent was ended'));
    await this.#current?.ended;
  }

  /** Why none can be begun: no room, or a directory that can't be read (a disk that is not mounted); null: it can. */
  async #obstacle(
    method: 'dump' | 'mariabackup',
    { database }: BackupRequest,
  ): Promise<{ readonly text: string; readonly next: string } | null> {
    try {
      const lack = await lackForAny(this.#options, method, database ?? null);
      return lack === null ? null : { text: lack, next: 'Make room, or keep fewer backups.' };
    } catch (error) {
      return { text: messageOf(error), next: 'Look at the backup directory.' };
    }
  }

  #refuseWhenClosing(): void {
    if (this.#closing.signal.aborted) throw new BatonError('unavailable', 'The agent is being ended.');
  }

  #start(method: 'dump' | 'mariabackup', request: BackupRequest): BackupRun {
    const release = this.#options.turn.take('A backup');
    const run: BackupRun = {
      id: randomUUID(),
      method,
      startedAt: this.#options.now().toISOString(),
      endedAt: null,
      state: 'running',
      bytes: 0,
      name: null,
      error: null,
    };
    this.#runs.set(run.id, run);
    for (const id of [...this.#runs.keys()].slice(0, -rememberedRuns)) this.#runs.delete(id);
    const ended = this.#go(run, method, request, release).finally(() => {
      this.#current = null;
      release();
    });
    this.#current = { run, ended };
    return { ...run };
  }

  /** Never rejects. */
  async #go(
    run: BackupRun,
    method: 'dump' | 'mariabackup',
    request: BackupRequest,
    release: () => void,
  ): Promise<void> {
    const { logger, now, note } = this.#options;
    logger.info({ run: run.id, method }, 'backup begun');
    const reason = await this.#takeAll(run, request).catch((error: unknown) => messageOf(error));
    run.endedAt = now().toISOString();
    if (reason !== null) {
      run.error = reason;
      logger.error({ run: run.id, reason }, 'backup failed');
      await note.write(method, { at: run.endedAt, text: reason });
      run.state = 'failed';
    } else {
      await note.clear(method);
      await this.prune().catch((error: unknown) => {
        logger.error({ error: messageOf(error) }, 'old backups could not be removed');
      });
      release();
      // Last: who sees "done" may ask for the next one.
      run.state = 'done';
    }
  }

  /** Why not all of it was taken, or null. One file that fails does not keep the others from being taken. */
  async #takeAll(run: BackupRun, request: BackupRequest): Promise<string | null> {
    const failures: string[] = [];
    let before = 0;
    for (const job of await planRun(this.#options, request)) {
      this.#closing.signal.throwIfAborted();
      run.method = methodOfJob(job);
      if (job.kind === 'physical' && job.why !== null) this.#options.logger.info({ why: job.why }, 'a full backup');
      const onBytes = (bytes: number): unknown => (run.bytes = before + bytes);
      const outcome = await takeJob(this.#options, job, { signal: this.#closing.signal, onBytes });
      if (outcome.kind === 'failed') {
        const { reason } = outcome;
        failures.push(job.kind === 'dump' && job.database !== null ? `${job.database}: ${reason}` : reason);
        continue;
      }
      const { name, bytes, gtid } = outcome.manifest;
      before += bytes;
      run.bytes = before;
      run.name = name;
      this.#options.logger.info({ run: run.id, name, bytes, gtid }, 'backup done');
    }
    return failures[0] ?? null;
  }

  async #writeIndex(): Promise<void> {
    const { directory, logger } = this.#options;
    await writeIndex(directory).catch((error: unknown) => {
      logger.error({ error: messageOf(error) }, 'the list of the backups could not be written');
    });
  }
}

function copy(run: BackupRun | undefined): BackupRun | null {
  return run ? { ...run } : null;
}
