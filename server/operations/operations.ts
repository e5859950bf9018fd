import { BatonError } from '../contract/errors.ts';
import { operation as operationSchema, type Operation } from '../contract/operation.ts';
import type { OperationRow } from '../store/store.ts';
import { awaitLease } from './await-lease.ts';
import { firstView, type Heading } from './first-view.ts';
import { entriesOf, Journal, type Entry } from './journal.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { newRun, withdrawPoint } from './new-run.ts';
import { OneAtATime } from './one-at-a-time.ts';
import { leaseName, type OperationsParts } from './parts.ts';
import type { Program, Resumption } from './program.ts';
import { replayedView } from './replay.ts';
import { instant } from './run.ts';
import { Running } from './running.ts';
import type { Json } from './step.ts';
import { writeBeginning } from './write-beginning.ts';

export type Started =
  | { readonly kind: 'started'; readonly operation: Operation }
  /** One runs on this cluster. `operation` is null where another console runs it and the store does not say which. */
  | { readonly kind: 'running'; readonly operation: Operation | null };

/** How `between` came out; as Started where one runs. */
export type Between<T> =
  { readonly kind: 'acted'; readonly answer: T } | Extract<Started, { readonly kind: 'running' }>;

/** Looks and chooses what becomes of an interrupted operation; what it records is durable when that resolves. */
export type Decide<C> = (
  entries: readonly Entry[],
  record: (name: string, value: Json) => Promise<void>,
) => Promise<Resumption<C>>;

/** Runs operations, one at a time on each cluster, and knows all that ever ran. Knows nothing of what they do. */
export class Operations {
  readonly #parts: OperationsParts;
  readonly #running: Running;
  /** By cluster: one is started or taken up at a time, so that two clicks at once are one operation. */
  readonly #opening = new OneAtATime();

  constructor(parts: OperationsParts) {
    this.#parts = parts;
    this.#running = new Running(parts);
  }

  /**
   * Starts an operation and answers its first view at once; it runs on by itself. While one runs on the cluster, answers
   * that one. Rejects with BatonError('unavailable') when the store can't be written: then nothing is done.
   */
  async start<C>(heading: Heading, plan: string, program: Program<C>): Promise<Started> {
    return await this.#opening.run(heading.cluster, async () => {
      const running = this.running(heading.cluster);
      if (running) return { kind: 'running', operation: running };
      const view = firstView(heading, program.steps, this.#parts.newId(), this.#parts.now());
      const { acquired, announced } = await writeBeginning(this.#parts, view, plan, program);
      if (acquired.kind === 'taken') return { kind: 'running', operation: await this.#elsewhere(heading.cluster) };
      const run = newRun(this.#parts, view, program, acquired.keeper);
      for (const step of announced) run.prepared.set(step, Promise.resolve());
      if (program.urgent) run.view.quiet(true);
      await this.#running.launch(run, false);
      return { kind: 'started', operation: view };
    });
  }

  /**
   * Takes up an operation that a console left unfinished: waits for its lease (or, where it is not to, takes it only once
   * it has lapsed), lets `decide` look and choose, and then undoes it or goes on with it. Answers its view, or null when
   * another console is at it, or has ended it.
   */
  async takeUp<C>(row: OperationRow, decide: Decide<C>, waits = true): Promise<Operation | null> {
    return await this.#opening.run(row.cluster, async () => {
      const running = this.#running.view(row.id);
      if (running) return running;
      const { journal: store, now } = this.#parts;
      const keeper = await awaitLease(this.#parts, leaseName(row.cluster), waits);
      if (!keeper) return null;
      try {
        // Whoever had the lease until now may have come to the end.
        if ((await store.get(row.id))?.endedAt !== null) {
          await keeper.release();
          return null;
        }
        const entries = entriesOf(await store.entries(row.id));
        const journal = new Journal(store, row.id, () => keeper.lease, now);
        const record = (name: string, value: Json): Promise<void> => journal.write('', 'record', { name, value });
        const { decision, text, program } = await decide(entries, record);
        const run = newRun(this.#parts, replayedView(row, entries), program, keeper, entries);
        run.view.interrupted(instant(now()), text);
        await run.journal.write('', 'note', { interruption: text, decision });
        if (decision === 'undo') await withdrawPoint(run);
        await this.#running.launch(run, decision === 'undo');
        return run.view.value;
      } catch (error) {
        await keeper.release();
        throw error;
      }
    });
  }

  /**
   * Does something short while no operation runs on the cluster, here or at another console, and none begins. Where one
   * runs, answers that. Rejects as `act` does, and with BatonError('unavailable') when the store can't be written.
   */
  async between<T>(cluster: string, act: () => Promise<T>): Promise<Between<T>> {
    return await this.#opening.run(cluster, async (): Promise<Between<T>> => {
      const running = this.running(cluster);
      if (running) return { kind: 'running', operation: running };
      const { leases, holder, now } = this.#parts;
      const acquired = await LeaseKeeper.acquire(leases, leaseName(cluster), holder, now);
      if (acquired.kind === 'taken') return { kind: 'running', operation: await this.#elsewhere(cluster) };
      try {
        return { kind: 'acted', answer: await act() };
      } finally {
        await acquired.keeper.release();
      }
    });
  }

  /** What consoles left without an end and this one does not run, oldest first. */
  async unfinished(): Promise<OperationRow[]> {
    return (await this.#parts.journal.unfinished()).filter((row) => this.#running.view(row.id) === null);
  }

  /** The operation that this console runs on the cluster, or null. */
  running(cluster: string): Operation | null {
    return this.#running.on(cluster);
  }

  /** As running, or the one that another console runs now, on the same store. */
  async acting(cluster: string): Promise<Operation | null> {
    const running = this.running(cluster);
    if (running) return running;
    const lease = await this.#parts.leases.get(leaseName(cluster));
    const held = lease !== null && lease.expiresAt > this.#parts.now() && this.#parts.isGone?.(lease.holder) !== true;
    return held ? await this.#elsewhere(cluster) : null;
  }

  /** The newest view. Rejects with BatonError('not-found'). */
  async get(id: string): Promise<Operation> {
    const running = this.#running.view(id);
    if (running) return running;
    const row = await this.#parts.journal.get(id);
    if (!row) throw new BatonError('not-found', `There is no operation ${id}.`, 'See the list of operations.');
    return row.endedAt === null
      ? replayedView(row, entriesOf(await this.#parts.journal.entries(id)))
      : operationSchema.parse(JSON.parse(row.view));
  }

  /** Newest first. */
  async list(query: { limit: number; before?: number; cluster?: string }): Promise<Operation[]> {
    const rows = await this.#parts.journal.list(query);
    return await Promise.all(rows.map((row) => this.get(row.id)));
  }

  /** Resolves with the last view when the operation has ended; at once when it had. */
  async ended(id: string): Promise<Operation> {
    return await (this.#running.ended(id) ?? this.get(id));
  }

  /**
   * Asks a running operation to stop and restore, in that person's name. It is in the journal when it resolves. Rejects with
   * BatonError: not-found, refused (too late, or ended).
   */
  async cancel(id: string, by: string): Promise<Operation> {
    const cancelled = await this.#running.cancel(id, by);
    if (cancelled) return cancelled;
    const view = await this.get(id);
    throw view.outcome === null
      ? new BatonError('refused', 'This console does not run it.', 'Cancel it where it runs, or resume it here.')
      : new BatonError('refused', 'It has ended.', 'Look at its result.');
  }

  /** Adds to the report of an operation that has ended. Rejects with BatonError('not-found'). */
  async amend(id: string, change: (view: Operation) => Operation): Promise<Operation> {
    const view = change(await this.get(id));
    await this.#parts.journal.update(id, { view: JSON.stringify(view), outcome: view.outcome });
    this.#parts.onOperation(view);
    return view;
  }

  /** Before the console ends in order: cancels what can be restored and waits for what must go on. */
  async quiesce(): Promise<void> {
    await this.#running.quiesce();
  }

  async #elsewhere(cluster: string): Promise<Operation | null> {
    const row = (await this.#parts.journal.unfinished()).find((unfinished) => unfinished.cluster === cluster);
    return row ? await this.get(row.id) : null;
  }
}
