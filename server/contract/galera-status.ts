import { z } from 'zod';

/** A history's id as Galera writes it; all zero: none, or lost in the middle of a DDL or of a state transfer. */
export const historyId = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
export const ZERO_HISTORY = '00000000-0000-0000-0000-000000000000';

/** A number of 64 bit as text: JSON's own lose the last digits. -1: not known on disk. */
export const seqnoText = z.string().regex(/^-?\d{1,19}$/);

/** What a running node says of itself by SQL. */
export const nodeStatus = z.object({
  clusterStatus: z.enum(['primary', 'non-primary', 'disconnected', 'unknown']),
  /** Joining, Donor/Desynced, Joined, Synced, Initialized, Inconsistent, as the server words it. */
  localState: z.string(),
  ready: z.boolean(),
  clusterSize: z.number().int(),
  stateUuid: z.string(),
  lastCommitted: seqnoText,
  /** Ids in the group, of the node itself and of the members of its component; [] where it can't tell. */
  ownId: z.string(),
  members: z.array(z.string()),
  /** The oldest seqno that it can give to one that was away; null: none. */
  cachedDownto: seqnoText.nullable(),
});
export type NodeStatus = z.infer<typeof nodeStatus>;

/** What a snapshot shows of a node that was read: its status, and how well it keeps up. */
export const galeraState = nodeStatus.extend({
  /** Write sets that wait to be applied here, and to be sent. */
  receiveQueue: z.number(),
  sendQueue: z.number(),
  /** Share of the time since the look before in which the node was stalled by flow control, 0 to 1. */
  flowControlPaused: z.number(),
  /** Transactions that were refused here since its start because another node had changed the same rows. */
  certificationFailures: z.number(),
  /** For how long another may be away, at the rate of writes since its start, before it needs a full copy; null: not known. */
  istReachSeconds: z.number().nullable(),
  flushLogAtCommit: z.number().int().nullable(),
});
export type GaleraState = z.infer<typeof galeraState>;
