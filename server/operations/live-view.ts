import type { FollowUp, Operation, OperationStep, StepState } from '../contract/operation.ts';

/** How often a view that only counts on is published. */
const THROTTLE_MS = 100;

/** The view of a running operation. Changes are published as values, the first at once and then at most every 100 ms. */
export class LiveView {
  #value: Operation;
  readonly #publish: (value: Operation) => void;
  #timer: NodeJS.Timeout | null = null;
  #quiet = false;
  #published: Operation | null = null;
  #publishedAt = -Infinity;
  readonly #shown = Promise.withResolvers<void>();

  constructor(value: Operation, publish: (value: Operation) => void) {
    this.#value = value;
    this.#publish = publish;
  }

  get value(): Operation {
    return this.#value;
  }

  /** While true, changes are gathered: the span in which writes are stopped is not spent on telling about it. */
  quiet(on: boolean): void {
    const was = this.#quiet;
    this.#quiet = on;
    if (was && !on) this.flush();
  }

  /** Publishes it for the first time, and resolves when that is done: at once, or soon while it is quiet. */
  async begun(): Promise<void> {
    if (this.#quiet) this.#soon(true);
    else this.flush();
    await this.#shown.promise;
  }

  change(change: Partial<Operation>): void {
    this.#value = { ...this.#value, ...change };
    this.#soon(false);
  }

  step(id: string, change: Partial<OperationStep>, often = false): void {
    const steps = this.#value.steps.map((step) => (step.id === id ? { ...step, ...change } : step));
    this.#value = { ...this.#value, steps };
    this.#soon(often);
  }

  stepValue(id: string): OperationStep | undefined {
    return this.#value.steps.find((step) => step.id === id);
  }

  addStatement(id: string, shown: string): void {
    const step = this.stepValue(id);
    // A wait in slices repeats its statement: once is enough for the reader.
    if (!step || step.statements.at(-1) === shown) return;
    this.step(id, { statements: [...step.statements, shown] }, true);
  }

  addLog(id: string, text: string): void {
    const step = this.stepValue(id);
    if (step) this.step(id, { log: `${step.log ?? ''}${text}`.slice(-65_536) }, true);
  }

  addFollowUps(followUps: readonly FollowUp[]): void {
    const known = new Set(this.#value.followUps.map((followUp) => followUp.text));
    const added = followUps.filter((followUp) => !known.has(followUp.text));
    if (added.length > 0) this.change({ followUps: [...this.#value.followUps, ...added] });
  }

  interrupted(at: string, text: string): void {
    this.change({ interruptions: [...this.#value.interruptions, { at, text }] });
  }

  /** Steps in one of the states become `state`. */
  settle(states: readonly StepState[], state: StepState): void {
    const steps = this.#value.steps.map((step) =>
      states.includes(step.state) ? { ...step, state, waitsFor: null } : step,
    );
    this.change({ steps });
  }

  /** Publishes now what has not been published yet. */
  flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#published === this.#value) return;
    this.#published = this.#value;
    this.#publishedAt = performance.now();
    this.#publish(this.#value);
    this.#shown.resolve();
  }

  #soon(often: boolean): void {
    const sinceMs = performance.now() - this.#publishedAt;
    if (!often && !this.#quiet && sinceMs >= THROTTLE_MS) return this.flush();
    this.#timer ??= setTimeout(() => this.flush(), Math.max(THROTTLE_MS - sinceMs, THROTTLE_MS / 2));
  }
}
