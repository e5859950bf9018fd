import type { Act, Step } from '../../operations/step.ts';
import type { Cell } from './cells.ts';

/** What acts, takes a lock, or reads the position that all depends on. */
export const ACTING =
  /^(SET (STATEMENT|GLOBAL)|BEGIN|FLUSH|UNLOCK|STOP|START|RESET|CHANGE|KILL|ALTER)|_LOCK\(|GTID_WAIT|binlog_pos AS position/;

/** For tests: finds one point of an operation as it is passed, and strikes there, once. */
export class Interruption {
  readonly #cell: Cell;
  readonly #strike: () => void;
  /** The step is in the middle of its work. */
  #within = false;

  constructor(cell: Cell, strike: () => void) {
    this.#cell = cell;
    this.#strike = strike;
  }

  /** The steps, watched. */
  steps<C>(steps: readonly Step<C>[]): Step<C>[] {
    return steps.map((step) => (step.id === this.#cell.step ? this.#watched(step) : step));
  }

  /** To be told of every statement that was answered. */
  answered(sql: string): void {
    if (this.#within && ACTING.test(sql)) this.#strike();
  }

  /** To be told of every act of an agent that was answered. */
  agentActed(): void {
    if (this.#within) this.#strike();
  }

  #watched<C>(step: Step<C>): Step<C> {
    const { moment } = this.#cell;
    return {
      ...step,
      run: async (context, act) => {
        if (moment === 'before') this.#strike();
        this.#within = moment === 'during';
        const end = await step.run(context, this.#seen(act));
        // It neither acted nor waited: then this is as deep in it as one can be.
        if (this.#within) this.#strike();
        // Its result is not on disk yet: with it goes the intent of what comes next.
        if (moment === 'after') this.#strike();
        return end;
      },
    };
  }

  #seen(act: Act): Act {
    return {
      ...act,
      waitsFor: (text) => {
        act.waitsFor(text);
        if (this.#within && text !== null) this.#strike();
      },
    };
  }
}
