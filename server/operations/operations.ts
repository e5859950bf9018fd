import { BatonError } from '../contract/errors.ts';
import { operation as operationSchema, type Operation } from '../contract/operation.ts';
import type { JournalStore, LeaseStore, MemoryStore, OperationRow } from '../store/store.ts';
import { askToCancel } from './ask-to-cancel.ts';
import { conduct } from './conduct.ts';
import { rememberDurations } from './durations.ts';
import { entriesOf, Journal, rowOf, type Entry } from './journal.ts';
import { LeaseKeeper } from './lease-keeper.ts';
import { LiveView } from './live-view.ts';
import type { Program, Resumption } from './program.ts';
import { beginnings, endedSteps, replayedView } from './replay.ts';
import { instant, type Run } from './run.ts';
import { firstView, type Heading } from './first-view.ts';
import { awaitLease } from './await-lease.ts';
import type { Json } from './step.ts';

export interface OperationsParts {
  readonly journal: JournalStore;
  readonly leases: LeaseStore;
  readonly memory: MemoryStore;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly newId: () => string;
  /** This process, told apart from every other and from its own next life. */
  readonly holder: string;
  /** Whether that holder is surely no more (its process is gone, on this host). Its lease is then not waited for. */
  readonly isGone?: (holder: string) => boolean;
  /** Every change of every running operation, as a value. */
  readonly onOperation: (view: Operation) => void;
}

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

interface Running {
  readonly view: () => Operation;
  readonly cancel: (by: string) => Promise<void>;
  readonly ended: Promise<Operation>;
}

/** Runs operations, one at a time on each cluster, and knows all that ever ran. Knows nothing of what they do. */
export class Operations {
  readonly #parts: OperationsParts;
  readonly #running = new Map<string, Running>();
  /** Clusters on which one is being started or taken up, so that two clicks at once are one operation. */
  readonly #opening = new Map<string, Promise<unknown>>();

  constructor(parts: OperationsParts) {
    this.#parts = parts;
  }

  /**
   * Starts an operation and answers its first view at once; it runs on by itself. While one runs on the cluster, answers
   * that one. Rejects with BatonError('unavailable') when the store can't be written: then nothing is done.
   */
  async start<C>(heading: Heading, plan: string, program: Program<C>): Promise<Started> {
    return await this.#one(heading.cluster, async () => {
      const running = this.running(heading.cluster);
      if (running) return { kind: 'running', operation: running };
      const { leases, holder, now, journal: store } = this.#parts;
      const view = firstView(heading, program.steps, this.#parts.newId(), now());
      const { id, cluster, kind, target, actor } = view;
      const row = { id, cluster, kind, target, actor, startedAt: now(), endedAt: null, outcome: null };
      const known = (program.known ?? []).map(({ step, ...value }) => rowOf(id, now(), step, 'record', value, []));
      const acquired = await LeaseKeeper.acquireBy(leases, now, async (term) => {
        const claim = { name: leaseName(cluster), holder, ...term };
        return await store.begin({ ...row, plan, view: JSON.stringify(view) }, claim, known);
      });
      if (acquired.kind === 'taken') return { kind: 'running', operation: await this.#elsewhere(cluster) };
      const { keeper } = acquired;
      this.#launch(this.#run(view, program, keeper, { dryRun: heading.dryRun, takenUp: false, entries: [] }), false);
      return { kind: 'started', operation: view };
    });
  }

  /**
   * Takes up an operation that a console left unfinished: waits for its lease (or, where it is not to, takes it only once
   * it has lapsed), lets `decide` look and choose, and then undoes it or goes on with it. Answers its view, or null when
   * another console is at it, or has ended it.
   */
  async takeUp<C>(row: OperationRow, decide: Decide<C>, waits = true): Promise<Operation | null> {
    return await this.#one(row.cluster, async () => {
      const running = this.#running.get(row.id);
      if (running) return running.view();
      const keeper = await awaitLease(this.#parts, leaseName(row.cluster), waits);
      if (!keeper) return null;
      try {
        // Whoever had the lease until now may have come to the end.
        if ((await this.#parts.journal.get(row.id))?.endedAt !== null) {
          await keeper.release();
          return null;
        }
        const entries = entriesOf(await this.#parts.journal.entries(row.id));
        const journal = new Journal(this.#parts.journal, row.id, () => keeper.lease, this.#parts.now);
        const record = (name: string, value: Json): Promise<void> => journal.write('', 'record', { name, value });
        const { decision, text, program } = await decide(entries, record);
        const view = replayedView(row, entries);
        const run = this.#run(view, program, keeper, { dryRun: view.dryRun, takenUp: true, entries });
        run.view.interrupted(instant(this.#parts.now()), text);
        await run.journal.write('', 'note', { interruption: text, decision });
        if (decision === 'undo') await this.#withdrawPoint(run);
        this.#launch(run, decision === 'undo');
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
    return await this.#one(cluster, async (): Promise<Between<T>> => {
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
    return (await this.#parts.journal.unfinished()).filter((row) => !this.#running.has(row.id));
  }

  /** The operation that this console runs on the cluster, or null. */
  running(cluster: string): Operation | null {
    for (const { view } of this.#running.values()) if (view().cluster === cluster) return view();
    return null;
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
    const running = this.#running.get(id);
    if (running) return running.view();
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
    return await (this.#running.get(id)?.ended ?? this.get(id));
  }

  /**
   * Asks a running operation to stop and restore, in that person's name. It is in the journal when it resolves. Rejects with
   * BatonError: not-found, refused (too late, or ended).
   */
  async cancel(id: string, by: string): Promise<Operation> {
    const running = this.#running.get(id);
    if (!running) {
      const view = await this.get(id);
      throw view.outcome === null
        ? new BatonError('refused', 'This console does not run it.', 'Cancel it where it runs, or resume it here.')
        : new BatonError('refused', 'It has ended.', 'Look at its result.');
    }
    if (running.view().pointOfNoReturnPassed) {
      throw new BatonError('refused', 'The point of no return is passed: it goes forward.', 'Wait for its end.');
    }
    await running.cancel(by);
    return running.view();
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
    const running = [...this.#running.values()];
    await Promise.all(running.flatMap(({ cancel, ended }) => [cancel('the console, which was told to end'), ended]));
  }

  #run<C>(
    view: Operation,
    program: Program<C>,
    keeper: LeaseKeeper,
    from: { dryRun: boolean; takenUp: boolean; entries: readonly Entry[] },
  ): Run<C> {
    const { journal, now, onOperation } = this.#parts;
    const live = new LiveView(view, onOperation);
    return {
      program,
      view: live,
      journal: new Journal(journal, view.id, () => keeper.lease, now),
      keeper,
      cancel: new AbortController(),
      now,
      dryRun: from.dryRun,
      takenUp: from.takenUp,
      begun: new Set(beginnings(from.entries).keys()),
      ended: endedSteps(from.entries),
      prepared: new Map(),
      passed: view.pointOfNoReturnPassed,
    };
  }

  /** What is undone has no point of no return behind it: whoever takes this up after us goes on undoing. */
  async #withdrawPoint<C>(run: Run<C>): Promise<void> {
    const point = run.program.steps.find((step) => step.pointOfNoReturn);
    if (!run.passed || !point) return;
    await run.journal.write(point.id, 'note', { withdrawn: true });
    run.passed = false;
    run.view.change({ pointOfNoReturnPassed: false });
  }

  #launch<C>(run: Run<C>, undoOnly: boolean): void {
    const { id } = run.view.value;
    const ended = conduct(run, this.#parts.journal, undoOnly).then((view) => {
      this.#running.delete(id);
      if (view.outcome?.startsWith('succeeded') && !view.dryRun) {
        rememberDurations(this.#parts.memory, view, this.#parts.now()).catch(() => undefined);
      }
      return view;
    });
    const cancel = async (by: string): Promise<void> => await askToCancel(run, by);
    this.#running.set(id, { view: () => run.view.value, cancel, ended });
    run.view.flush();
  }

  async #elsewhere(cluster: string): Promise<Operation | null> {
    const row = (await this.#parts.journal.unfinished()).find((unfinished) => unfinished.cluster === cluster);
    return row ? await this.get(row.id) : null;
  }

  /** One opening at a time on each cluster. */
  async #one<T>(cluster: string, open: () => Promise<T>): Promise<T> {
    const before = this.#opening.get(cluster) ?? Promise.resolve();
    const mine = before.then(open, open);
    this.#opening.set(cluster, mine);
    return await mine;
  }
}

const leaseName = (cluster: string): string => `operations/${cluster}`;
