import type { Operation } from '../../server/contract/operation.ts';
import type { Refusal } from './console-messages.ts';

/** What became of what operators asked for. */
export interface ErrandEnd {
  /** The last view of each operation that was begun. */
  readonly views: readonly Operation[];
  readonly refusals: readonly Refusal[];
  /** Ids of those that a console has taken up from one that died. */
  readonly takenUp: readonly string[];
}

/** One thing that operators ask of one console or of several at once: over when every answer and every end is there. */
export class Errand {
  #awaited: readonly number[];
  readonly #views = new Map<string, Operation | null>();
  readonly #refusals: Refusal[] = [];
  readonly #takenUp: string[] = [];
  readonly #end = Promise.withResolvers<ErrandEnd>();
  /** A console has died, and the next one has not said yet what it found. */
  #interrupted = false;

  /** `consoles`: the numbers of those that were asked, each as often as it was. */
  constructor(consoles: readonly number[]) {
    this.#awaited = consoles;
  }

  get ended(): Promise<ErrandEnd> {
    return this.#end.promise;
  }

  /** Operations that were begun and whose end is not known. */
  get open(): string[] {
    return [...this.#views].flatMap(([id, view]) => (view === null ? [id] : []));
  }

  begun(console: number, id: string): void {
    this.#views.set(id, this.#views.get(id) ?? null);
    this.#answered(console);
  }

  refused(console: number, refusal: Refusal): void {
    this.#refusals.push(refusal);
    this.#answered(console);
  }

  /** That console says nothing more. */
  died(console: number): void {
    this.#awaited = this.#awaited.filter((one) => one !== console);
    this.#interrupted = true;
  }

  /** The one after it has taken these up. */
  takenUp(ids: readonly string[]): void {
    this.#takenUp.push(...ids);
    for (const id of ids) this.#views.set(id, this.#views.get(id) ?? null);
    this.#interrupted = false;
    this.#settle();
  }

  viewed(view: Operation): void {
    if (this.#views.has(view.id) || this.#awaited.length > 0) this.#views.set(view.id, view);
    this.#settle();
  }

  #answered(console: number): void {
    const at = this.#awaited.indexOf(console);
    this.#awaited = this.#awaited.filter((_, index) => index !== at);
    this.#settle();
  }

  #settle(): void {
    if (this.#interrupted || this.#awaited.length > 0) return;
    const views = [...this.#views.values()].filter((view) => view !== null);
    if (views.length === this.#views.size)
      this.#end.resolve({ views, refusals: this.#refusals, takenUp: this.#takenUp });
  }
}
