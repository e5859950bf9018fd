import type { Operation } from '../../server/contract/operation.ts';
import type { TakeoverKind } from '../../server/contract/takeover.ts';
import type { BatonPlan } from '../../server/takeover/testing/baton.ts';

/** What a console of a round is started with; a file, since it holds passwords. */
export interface ConsolePlan {
  readonly baton: BatonPlan;
  /** By server; empty for a cluster without agents. */
  readonly agents: Readonly<Record<string, { readonly url: string; readonly token: string }>>;
  /** Numbers of the operation's statements at which it waits for `go`: "12 before". */
  readonly stops: readonly string[];
}

export type ToConsole =
  | {
      readonly kind: 'begin';
      readonly target: string;
      readonly takeover: TakeoverKind;
      readonly accept: readonly string[];
    }
  | { readonly kind: 'resume' }
  | { readonly kind: 'cancel' }
  | { readonly kind: 'go'; readonly stop: string };

export type FromConsole =
  | { readonly kind: 'ready' }
  | { readonly kind: 'statement'; readonly number: number; readonly server: string; readonly sql: string }
  | { readonly kind: 'answer'; readonly number: number; readonly error: string | null }
  | { readonly kind: 'stopped'; readonly stop: string }
  | { readonly kind: 'refused'; readonly text: string }
  | { readonly kind: 'begun'; readonly id: string }
  /** What the console has found unfinished and taken up; null where nothing is left. */
  | { readonly kind: 'resumed'; readonly ids: readonly string[] }
  | { readonly kind: 'resume-failed'; readonly text: string }
  | { readonly kind: 'ended'; readonly view: Operation };
