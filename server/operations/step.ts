import type { FollowUp, Outcome } from '../contract/operation.ts';
import type { Deadline } from './deadline.ts';

/** A value that goes into the journal and comes back from it. Never a secret. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Which operation a step belongs to, for what is told outside of Baton. */
export interface ActOperation {
  readonly id: string;
  readonly startedAt: string;
  /** Taken up again after its console ended in the middle. */
  readonly takenUp: boolean;
  readonly pointOfNoReturnPassed: boolean;
}

/** How an operation came to its end, and at which step. */
export interface ActEnding {
  readonly outcome: Outcome;
  readonly failure: { readonly step: string; readonly server: string; readonly error: string } | null;
}

/** What a step may do while it runs, beside its own work. */
export interface Act {
  readonly operation: ActOperation;
  /** null but in a step that runs after a failure. */
  readonly ending: ActEnding | null;
  /** The step's own bound, cut to what is left of the operation's budget. Every wait and statement stays within it. */
  readonly deadline: Deadline;
  /** Aborted when somebody cancels before the point of no return. Waits end early on it. Never aborted in an undo. */
  readonly signal: AbortSignal;
  /** Shows what the step waits for, now: "position 0-1-482 of 0-1-530". */
  waitsFor(text: string | null): void;
  /** Shows a statement that is about to run, secrets left out. */
  statement(shown: string): void;
  /** Adds to the step's log (a service's output). */
  log(text: string): void;
  /** A value that an undo or a resume needs: durable when it resolves. The name is unique in the operation. */
  record(name: string, value: Json): Promise<void>;
  /** As record, but written with the next row that must be durable: for the span in which every millisecond counts. */
  remember(name: string, value: Json): void;
  /**
   * Begins to write the intent of the next step, so that the disk works while this step's last act is under way. The next
   * step begins when it is durable; where this step fails after it, it is withdrawn.
   */
  prepareNext(): void;
  /** Whether the operation is still this console's, asked of the store: before an act is repeated after a loss. */
  stillOurs(): Promise<boolean>;
  /** Something that is left to do after the operation. */
  followUp(followUp: FollowUp): void;
  /** How long writes were stopped, as measured. */
  writeOutage(ms: number): void;
}

/** How a step ended. Failures are values; what is thrown counts as failed as well. */
export type StepEnd =
  | { readonly kind: 'done'; readonly note: string | null }
  | { readonly kind: 'skipped'; readonly note: string }
  /** Not allowed, and nothing was changed by this step: somebody else's lock. */
  | { readonly kind: 'refused'; readonly error: string }
  | {
      readonly kind: 'failed';
      readonly error: string;
      /** For the step of the point of no return: its act has surely not happened, so all can still be undone. */
      readonly nothingHappened?: boolean;
      /** Behind the point of no return: the result does not stand, and a person is needed now. */
      readonly needsHands?: boolean;
    };

/** How an undo ended. It is tried again until its deadline when it throws. */
export type UndoEnd =
  | { readonly kind: 'undone'; readonly note: string | null }
  /** There was nothing to undo. */
  | { readonly kind: 'nothing' }
  /** It could not be undone, and it keeps nobody from working: what is left to do. */
  | { readonly kind: 'left'; readonly note: string; readonly followUps: readonly FollowUp[] }
  /** It could not be undone, trying again is of no use, and a person is needed now. */
  | { readonly kind: 'given-up'; readonly note: string; readonly followUps: readonly FollowUp[] };

/** One step of an operation, as data. The runner knows nothing else of it. */
export interface Step<C> {
  readonly id: string;
  readonly name: string;
  /** The server or servers it acts on. */
  readonly server: string;
  readonly deadlineMs: number;
  /** The one step whose intent, once durable, can only be followed forward. */
  readonly pointOfNoReturn?: boolean;
  /** Its intent is written with that of the step before it, and its result later: no fsync between. */
  readonly intentAhead?: boolean;
  /** Runs at the same time as the step before it: neither needs the other. Both end before the next one begins. */
  readonly beside?: boolean;
  /** Of a step that others run beside: it may go on while further steps run, and has ended before that one begins. */
  readonly until?: string;
  /** Changes nothing: a dry run runs it. */
  readonly readsOnly?: boolean;
  /** Runs only when the operation has acted and did not succeed, after the undo; it never changes the outcome. */
  readonly afterFailure?: boolean;
  /** After the point of no return: without it the steps behind it make no sense, and a failure needs hands. */
  readonly essential?: boolean;
  /** Asked when the operation is taken up again: the sentence that says it is done, or null. */
  alreadyDone?(context: C, act: Act): Promise<string | null>;
  run(context: C, act: Act): Promise<StepEnd>;
  /** Looks whether it is so: the reason why not, or null. */
  verify?(context: C, act: Act): Promise<string | null>;
  /** The inverse. May run when the step ran half, or not at all, and more than once; uses new connections. */
  undo?(context: C, act: Act): Promise<UndoEnd>;
  /** What a person must do when it failed behind the point of no return, or when its undo failed. */
  hands?(context: C): readonly FollowUp[];
}

export const done = (note: string | null = null): StepEnd => ({ kind: 'done', note });
export const skipped = (note: string): StepEnd => ({ kind: 'skipped', note });
export const failed = (error: string): StepEnd => ({ kind: 'failed', error });
