import type { SignInAnswer } from '../contract/agent.ts';
import type { ClusterSnapshot, ServerSnapshot } from '../contract/snapshot.ts';
import type { TakeoverKind } from '../contract/takeover.ts';
import type { GtidList } from '../mariadb/gtid.ts';
import type { ServerPreflight } from '../mariadb/preflight.ts';
import type { ReplicaStatus } from '../mariadb/replica-status.ts';
import type { PastDurations } from '../operations/durations.ts';
import type { PlannedHook } from './hooks/task-hook.ts';
import type { Observation, ServerFacts } from '../topology/observation.ts';

/** A configured server with all that a plan is made from. */
export interface PlannedServer {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly snapshot: ServerSnapshot;
  /** The newest look; null: never. */
  readonly observation: Observation | null;
  /** As last read, of whatever age. */
  readonly facts: ServerFacts | null;
  /** null: it could not be read, and `preflightError` says why. */
  readonly preflight: ServerPreflight | null;
  readonly preflightError: string | null;
  /** What the configuration says of TLS for its replication; absent: nothing. */
  readonly replicationTls?: ReplicaStatus['ssl'] | undefined;
}

/** The account that is configured for a source outside of the cluster, and whether it signs in there. */
export interface SourceAccount {
  /** The name of the connection; "" is the default one. */
  readonly connection: string;
  readonly signIn: SignInAnswer;
}

/** Everything a plan is computed from. Pure data: the same input gives the same plan. */
export interface PlanInput {
  /** Milliseconds; when it was put together. */
  readonly at: number;
  readonly target: string;
  /** What the operator asked for; null: the engine proposes. */
  readonly kind: TakeoverKind | null;
  readonly accept: readonly string[];
  readonly snapshot: ClusterSnapshot;
  readonly servers: readonly PlannedServer[];
  readonly maxLagSeconds: number;
  /** null: none is configured. */
  readonly replicationUser: string | null;
  /** Whether the replication account signs in to the target, tried from the console; null: not tried. */
  readonly replicationSignIn: { readonly ok: boolean; readonly text: string } | null;
  /** The same, tried by the agent of each other server that could be asked. */
  readonly signInsFrom: readonly (SignInAnswer & { readonly server: string })[];
  /** The last word of the primary; also from before a restart of the console. */
  readonly lastPrimary: { readonly name: string; readonly at: number; readonly position: GtidList } | null;
  /** Sources that the primary, as it is or was last, replicates from, where an account is configured for them. */
  readonly sources: readonly SourceAccount[];
  /** Whether the old primary's events were seen while it was one. */
  readonly eventsRemembered: boolean;
  readonly past: PastDurations;
  /** All that are configured, in their order. */
  readonly hooks: readonly PlannedHook[];
  /** An operation on this cluster that has no end and is not running here, with a sentence; null: none. */
  readonly unfinished: { readonly id: string; readonly text: string } | null;
}
