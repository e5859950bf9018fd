import type { Operation } from '../../server/contract/operation.ts';
import type { ClusterSnapshot } from '../../server/contract/snapshot.ts';
import type { TakeoverKind } from '../../server/contract/takeover.ts';
import type { BatonPlan } from '../../server/takeover/testing/baton.ts';

/** What a console of a round is started with; a file, since it holds passwords. */
export interface ConsolePlan {
  readonly baton: BatonPlan;
  /** By server; empty for a cluster without agents. */
  readonly agents: Readonly<Record<string, { readonly url: string; readonly token: string }>>;
  /** Numbers of the operation's statements at which it waits for `go`: "12 before". */
  readonly stops: readonly string[];
  /** Whether statements count from the beginning; else from `count` on. */
  readonly counts: boolean;
}

/** What an operator asks for. */
export type Click =
  | {
      readonly kind: 'promote';
      readonly target: string;
      readonly takeover: TakeoverKind;
      readonly accept: readonly string[];
    }
  | { readonly kind: 'rejoin'; readonly server: string };

export type ToConsole =
  | { readonly kind: 'click'; readonly click: Click }
  | { readonly kind: 'resume' }
  | { readonly kind: 'cancel' }
  /** From here on the statements count, and the stops hold. */
  | { readonly kind: 'count' }
  | { readonly kind: 'go'; readonly stop: string }
  /** Asks for `ended` with the operation's view, where it has ended. */
  | { readonly kind: 'end-of'; readonly id: string }
  | { readonly kind: 'look' };

/** Why a click was refused; `own` where the server has transactions that nobody else has. */
export interface Refusal {
  readonly text: string;
  readonly own: number | null;
}

export type FromConsole =
  | { readonly kind: 'ready' }
  | { readonly kind: 'statement'; readonly number: number; readonly server: string; readonly sql: string }
  | { readonly kind: 'answer'; readonly number: number; readonly error: string | null }
  | { readonly kind: 'stopped'; readonly stop: string }
  | { readonly kind: 'step'; readonly step: string }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'begun'; readonly id: string }
  /** What the console has found unfinished and taken up; [] where nothing is left. */
  | { readonly kind: 'resumed'; readonly ids: readonly string[] }
  | { readonly kind: 'resume-failed'; readonly text: string }
  /** An operation's end, or what was added to it later. */
  | { readonly kind: 'ended'; readonly view: Operation }
  | { readonly kind: 'not-ended'; readonly id: string }
  | { readonly kind: 'looked'; readonly look: Look };

/** What the pages of a console show. */
export interface Look {
  readonly snapshot: ClusterSnapshot;
  /** As the list of operations has them, newest first. */
  readonly operations: readonly Operation[];
}
