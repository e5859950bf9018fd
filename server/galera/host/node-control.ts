import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { BatonError, messageOf } from '../../contract/errors.ts';
import type { Aliveness } from '../../contract/galera-evidence.ts';
import type { NodeWork, StartRequest } from '../../contract/galera-agent.ts';
import type { ServerControl } from '../../services/server-control.ts';
import { clearStartFile, holdsDown, writeHold, writeStartFile } from './start-file.ts';

/** A node that waits ignores SIGTERM (measured, 50 s); one that is about to end by it does so within this. */
const PATIENCE_MS = 3_000;
const PAUSE_MS = 100;
/** mariadbd reads its options within milliseconds of its start, also on a busy host. */
const READ_MS = 30_000;

export interface NodeControlParts {
  readonly control: ServerControl;
  readonly startFile: string;
  readonly alive: () => Promise<Aliveness>;
  /** Sets the node's last view aside. */
  readonly forgetView: () => Promise<void>;
  /** Takes the history out of the node's grastate.dat, so that it takes a full copy. */
  readonly forgetHistory: () => Promise<void>;
  readonly now: () => Date;
  readonly logger: Logger;
}

/** Starts and stops the node beside an agent, one thing at a time; what was begun goes on without whoever asked. */
export class NodeControl {
  readonly #parts: NodeControlParts;
  #position: string | null = null;
  #work: NodeWork = { kind: 'none', startedAt: null, endedAt: null, error: null };
  #running: Promise<void> = Promise.resolve();
  #alone = false;

  constructor(parts: NodeControlParts) {
    this.#parts = parts;
  }

  /** An earlier agent may have died between a start and the emptying of its file. */
  async open(): Promise<void> {
    while (this.#alone) await delay(PAUSE_MS);
    // A start that was asked for before this has the file, and empties it itself.
    if (this.#underWay) return;
    await this.alone(async () => {
      if (await clearStartFile(this.#parts.startFile))
        this.#parts.logger.warn({ file: this.#parts.startFile }, 'a start file was left: emptied');
    });
  }

  /** What is done now, or was done last. */
  get work(): NodeWork {
    return this.#work;
  }

  /** The start position of a start that is under way: it stands in a file that is emptied. */
  get positionOfStart(): string | null {
    return this.#work.kind === 'starting' && this.#work.endedAt === null ? this.#position : null;
  }

  /** Empties the start file, so that the next start is a plain one. Rejects with BatonError while something is under way. */
  async clear(): Promise<void> {
    await this.alone(async () => await clearStartFile(this.#parts.startFile));
  }

  /** Nothing is begun between a look at the node and what is done because of it. Rejects with BatonError already-running. */
  async alone<T>(act: () => Promise<T>): Promise<T> {
    this.#refuseWhileBusy();
    this.#alone = true;
    try {
      return await act();
    } finally {
      this.#alone = false;
    }
  }

  /** Keeps the node from being started by anybody, with its files as they are. Rejects with BatonError where it is not down. */
  async keepDown(): Promise<void> {
    await this.alone(async () => {
      const alive = await this.#parts.alive();
      if (alive.kind !== 'down') throw new BatonError('refused', `The node is not down (${alive.kind}).`);
      await writeHold(this.#parts.startFile);
    });
  }

  /** Begins to start it. Rejects with BatonError already-running, or refused where the node is not down. */
  async start(request: StartRequest): Promise<NodeWork> {
    return await this.alone(async () => await this.#startIfDown(request));
  }

  /** Begins to stop it. `kill`: a node that waits for others is killed; never one that has its data open. */
  stop(kill: boolean): NodeWork {
    this.#refuseWhileBusy();
    return this.#begin('stopping', async () => {
      const ended = this.#parts.control.stop();
      // Its failure is told below, unless the node was ended meanwhile.
      ended.catch(() => undefined);
      if (kill) await this.#killWaiting(ended);
      await ended;
    });
  }

  /** Resolves when nothing is under way. */
  async close(): Promise<void> {
    await this.#running;
  }

  async #startIfDown(request: StartRequest): Promise<NodeWork> {
    const alive = await this.#parts.alive();
    // A start beside one that runs would do nothing, and a bootstrap would be believed to have happened.
    if (alive.kind !== 'down')
      throw new BatonError('refused', `The node is not down (${alive.kind}): it is not started a second time.`);
    const held = await holdsDown(this.#parts.startFile);
    if (held && request.lift !== true)
      throw new BatonError(
        'refused',
        'The node is kept down: it holds rows that its cluster gave up, and a start erases them.',
        'Copy them, then start it with its name typed.',
      );
    this.#position = request.position;
    return this.#begin('starting', async () => {
      const { control, startFile } = this.#parts;
      // Ahead of the cluster it would take only what is new, over different rows, and nobody would notice (measured).
      if (request.lift === true) await this.#parts.forgetHistory();
      if (request.forgetView) await this.#parts.forgetView();
      await writeStartFile(startFile, request);
      try {
        await control.start();
        await this.#untilRead();
      } finally {
        await clearStartFile(startFile);
      }
    });
  }

  /**
   * A manager may say that it has started a process that has read nothing yet. Once mariadbd works in its data directory it has
   * read its options; where it is gone before that, nobody reads them any more.
   */
  async #untilRead(): Promise<void> {
    const until = performance.now() + READ_MS;
    while (performance.now() < until) {
      // A look that fails says nothing of a start that was begun.
      const alive = await this.#parts.alive().catch(() => null);
      if (alive !== null && alive.kind !== 'down') return;
      if (!(await this.#parts.control.running().catch(() => true))) return;
      await delay(PAUSE_MS);
    }
  }

  get #underWay(): boolean {
    return this.#work.startedAt !== null && this.#work.endedAt === null;
  }

  #refuseWhileBusy(): void {
    if (this.#alone) throw new BatonError('already-running', 'Something else is just being done to the node.');
    if (this.#underWay)
      throw new BatonError('already-running', `The node is ${this.#work.kind} since ${this.#work.startedAt}.`);
  }

  #begin(kind: 'starting' | 'stopping', act: () => Promise<void>): NodeWork {
    const begun: NodeWork = { kind, startedAt: this.#parts.now().toISOString(), endedAt: null, error: null };
    this.#work = begun;
    const end = (error: string | null): void => {
      this.#work = { ...begun, endedAt: this.#parts.now().toISOString(), error };
    };
    this.#running = act().then(
      () => end(null),
      (error: unknown) => {
        this.#parts.logger.error({ kind, error: String(error) }, 'the node could not be started or stopped');
        end(messageOf(error));
      },
    );
    return begun;
  }

  async #killWaiting(ended: Promise<void>): Promise<void> {
    const settled = ended.then(
      () => true,
      () => true,
    );
    if (await Promise.race([settled, delay(PATIENCE_MS, false)])) return;
    for (;;) {
      const alive = await this.#parts.alive();
      if (alive.kind !== 'waiting') return;
      this.#parts.logger.warn({ pid: alive.pid }, 'the node waits and heeds no SIGTERM: killed');
      try {
        process.kill(alive.pid, 'SIGKILL');
      } catch {
        // It has ended meanwhile: that is what was wanted.
      }
      await delay(PAUSE_MS);
    }
  }
}
