import type { SignInAnswer } from '../../contract/agent.ts';
import type { ClusterSnapshot } from '../../contract/snapshot.ts';
import type { GtidRange } from '../../mariadb/gtid.ts';
import type { PlannedServer } from '../plan-input.ts';

/** Everything that a rejoin is judged by. Pure data: the same input gives the same checks. */
export interface RejoinInput {
  /** Milliseconds; when it was put together. */
  readonly at: number;
  readonly snapshot: ClusterSnapshot;
  readonly servers: readonly PlannedServer[];
  /** The server that is to follow. */
  readonly server: PlannedServer;
  /** null: the cluster has none, or it is the server itself. */
  readonly primary: PlannedServer | null;
  /** What the server has and the primary has not, read in that order; null: it can't be told. */
  readonly extra: readonly GtidRange[] | null;
  /** null: none is configured. */
  readonly replicationUser: string | null;
  /** Whether the replication account signs in to the primary, from the console; null: not tried. */
  readonly signIn: { readonly ok: boolean; readonly text: string } | null;
  /** The same, from the server's host by its agent; null: it has none, or it was not tried. */
  readonly signInFrom: SignInAnswer | null;
  readonly hasAgent: boolean;
  /** An operation on this cluster that has no end and is not running here, in a sentence; null: none. */
  readonly unfinished: string | null;
}
