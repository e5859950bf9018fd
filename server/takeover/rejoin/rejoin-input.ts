import type { SignInAnswer } from '../../contract/agent.ts';
import type { DataDirectory } from '../../contract/reseed.ts';
import type { ClusterSnapshot } from '../../contract/snapshot.ts';
import type { GtidRange } from '../../mariadb/gtid.ts';
import type { PlannedServer } from '../plan-input.ts';

/** What an agent says of the data beside it, or why it could not. */
export type DataLook =
  | { readonly kind: 'seen'; readonly data: DataDirectory }
  | { readonly kind: 'none' }
  | { readonly kind: 'failed'; readonly text: string };

/** What the exchange of a server's data for a copy of the primary's is judged by. */
export interface CopyInput {
  readonly own: DataLook;
  readonly source: DataLook;
  /** A backup of the primary is being taken. */
  readonly sourceBusy: boolean;
}

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
  /** null: the server is to keep its data. Else it is to get the primary's, and its own transactions are set aside. */
  readonly copy: CopyInput | null;
  /** An operation on this cluster that has no end and is not running here, in a sentence; null: none. */
  readonly unfinished: string | null;
}
