import type { Operation } from '../contract/operation.ts';
import type { ActEnding, Json, Step } from './step.ts';

/** How the work of an operation ended, for the feature to put into a sentence. */
export interface Ending extends ActEnding {
  readonly view: Operation;
}

/** Everything a feature hands to the runner. */
export interface Program<C> {
  readonly steps: readonly Step<C>[];
  readonly context: C;
  /** Values that are known before the first step and durable with the operation itself, as if that step had recorded them. */
  readonly known?: readonly { readonly step: string; readonly name: string; readonly value: Json }[];
  /** Throws where it may not begin after all: asked with nothing between that and the write of the operation. */
  readonly mayBegin?: () => void;
  /** `known` is all that an undo of its first change needs: that one's intent is durable with the operation as well. */
  readonly announced?: boolean;
  /** Writes are down: whoever watches, or has asked for it, is told when they flow again, or a little later. */
  readonly urgent?: boolean;
  /** For everything before the point of no return; behind it each step has its own deadline only. */
  readonly budgetMs: number;
  /** For all undos together, counted afresh. */
  readonly undoMs: number;
  /** One sentence: the result, and the state the servers are in. */
  summary(context: C, ending: Ending): string;
  /** Runs after any end, before the lease is given back: connections and locks go. Must not reject. */
  close(context: C): Promise<void>;
}

/** What a feature decides about an operation that a console left unfinished. */
export interface Resumption<C> {
  readonly decision: 'undo' | 'go-on';
  /** One sentence for the reader: where it stood and what is done about it. */
  readonly text: string;
  readonly program: Program<C>;
}
