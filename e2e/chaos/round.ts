import type { TakeoverKind } from '../../server/contract/takeover.ts';

export type ServerName = 'db-1' | 'db-2' | 'db-3';
export const SERVERS: readonly ServerName[] = ['db-1', 'db-2', 'db-3'];

/** The primary of every round's cluster. */
export const ORIGIN: ServerName = 'db-1';

/** A rejoin comes after a failover that nothing disturbed: the faults are its own. */
export type RoundKind = TakeoverKind | 'rejoin';

/** What happens to somebody. Each is released after `forMs`; null: at the end of the round. */
export type Fault =
  /** kill -9; started again. */
  | { readonly kind: 'kill'; readonly server: ServerName }
  /** SIGSTOP and SIGCONT. */
  | { readonly kind: 'freeze'; readonly server: ServerName }
  | { readonly kind: 'kill-console' }
  /** SIGSTOP and SIGCONT of the console; with `successor`, another console on the same store takes over meanwhile. */
  | { readonly kind: 'freeze-console'; readonly successor: boolean }
  | { readonly kind: 'cancel' }
  /** No byte more fits on the file system of the store. */
  | { readonly kind: 'disk-full' }
  /**
   * The connection between the server and the console, those who replicate from it, its agent and the console, or whom it
   * replicates from itself.
   */
  | {
      readonly kind: 'link';
      readonly server: ServerName;
      readonly to: 'console' | 'replicas' | 'agent' | 'source';
      readonly how: LinkFault;
    }
  /** kill -9 of its agent, which is started again, or SIGSTOP and SIGCONT. */
  | { readonly kind: 'agent'; readonly server: ServerName; readonly how: 'kill' | 'freeze' }
  | { readonly kind: 'read-lock'; readonly server: ServerName }
  | { readonly kind: 'table-lock'; readonly server: ServerName }
  | { readonly kind: 'long-transaction'; readonly server: ServerName }
  /** Connects, writes and leaves in a loop, with a privilege that read_only does not stop. */
  | { readonly kind: 'privileged-writer'; readonly server: ServerName; readonly may: 'SUPER' | 'READ_ONLY ADMIN' }
  | { readonly kind: 'full-connections'; readonly server: ServerName }
  | { readonly kind: 'stop-replica'; readonly server: ServerName; readonly thread: 'io' | 'sql' | 'both' }
  /** A row in the way of the next insert: its SQL thread stops with 1062. Stays broken. */
  | { readonly kind: 'break-replica'; readonly server: ServerName }
  /** A transaction that only this replica has, in the cluster's domain (what comes next is refused) or in one of its own. */
  | { readonly kind: 'errant'; readonly server: ServerName; readonly domain: 'same' | 'own' }
  | { readonly kind: 'delay-replica'; readonly server: ServerName; readonly seconds: number }
  /** The replication account has another password there. */
  | { readonly kind: 'wrong-password'; readonly server: ServerName };

export type LinkFault = 'cut' | 'black-hole' | 'slow';

/** When a fault begins: before the plan, some time after the click, at the n-th statement that acts, or in a step. */
export type Moment =
  | { readonly kind: 'before' }
  | { readonly kind: 'after'; readonly ms: number }
  | { readonly kind: 'statement'; readonly number: number; readonly side: 'before' | 'after' }
  | { readonly kind: 'step'; readonly step: string };

export interface PlannedFault {
  readonly fault: Fault;
  readonly at: Moment;
  readonly forMs: number | null;
}

/** Who clicks: one operator once or twice at once, or two of them on consoles that share a store or have one each. */
export type Clicks = 'one' | 'twice' | 'two-consoles' | 'two-stores';

/** Everything of a round that chance decides. */
export interface Round {
  readonly seed: number;
  readonly kind: RoundKind;
  /** Who is to be the primary; of a rejoin: who was made it before. */
  readonly target: ServerName;
  readonly faults: readonly PlannedFault[];
  /** What the operator overrides. */
  readonly accept: readonly string[];
  readonly agents: boolean;
  readonly writesPerSecond: number;
  /** Between the faults of before and the click. */
  readonly clickAfterMs: number;
  readonly clicks: Clicks;
}

/** The fault in a few words, for the story. */
export function faultText(fault: Fault): string {
  const { kind, ...rest } = fault;
  return [kind, ...Object.values(rest)].join(' ');
}
