import { z } from 'zod';
import { nodeEvidence } from './galera-evidence.ts';
import { historyId, seqnoText } from './galera-status.ts';
import { instant } from './snapshot.ts';

/** GET /v1/galera/transfer of an agent: what its node took from the others when it joined last, by its error log. */
export const transfer = z.discriminatedUnion('kind', [
  /** What it missed. */
  z.object({ kind: z.literal('ist'), writeSets: z.number().int(), first: seqnoText, last: seqnoText }),
  /** A full copy, of that position. */
  z.object({ kind: z.literal('sst'), seqno: seqnoText }),
  z.object({ kind: z.literal('not-told'), reason: z.string() }),
]);
export type Transfer = z.infer<typeof transfer>;

/** What an agent does to its node now, or did last: starting and stopping may take as long as a state transfer. */
export const nodeWork = z.object({
  kind: z.enum(['none', 'starting', 'stopping']),
  startedAt: instant.nullable(),
  endedAt: instant.nullable(),
  /** Why it did not come to a good end; null: it did, or is under way. */
  error: z.string().nullable(),
});
export type NodeWork = z.infer<typeof nodeWork>;

/** GET /v1/galera/evidence; POST /v1/galera/position answers the same, once the position of a node that is down is read. */
export const galeraAnswer = z.object({ evidence: nodeEvidence, work: nodeWork });
export type GaleraAnswer = z.infer<typeof galeraAnswer>;

/**
 * POST /v1/galera/grastate: sets or takes back safe_to_bootstrap, where the file still is what the decision was made from.
 * `history` is written into a file that names none, after a crash in a DDL; the all-zero one takes a history back, so that
 * whoever starts the node has it take a full copy.
 */
export const grastateChange = z.strictObject({
  /** The whole text of the file, as the evidence had it. */
  expected: z.string().max(4_096),
  safeToBootstrap: z.boolean(),
  history: historyId.nullable().default(null),
});
export type GrastateChange = z.infer<typeof grastateChange>;
/** The text that is there now, and where the former one is kept. */
export const grastateChanged = z.object({ text: z.string(), backup: z.string() });
export type GrastateChanged = z.infer<typeof grastateChanged>;

/** POST /v1/galera/start begins it and answers 202 with the work. */
export const startRequest = z.strictObject({
  /** Begin a cluster with it. */
  bootstrap: z.boolean(),
  /** `uuid:seqno`, with `,domain-server-sequence` where there is one: else a node that crashed takes a full copy. */
  position: z
    .string()
    .regex(/^[0-9a-f-]{36}:\d{1,19}(,\d{1,10}-\d{1,10}-\d{1,20})?$/)
    .nullable(),
  /** It joins a cluster that runs: its own last view (gvwstate.dat) is set aside, since it may contradict that one. */
  forgetView: z.boolean().default(false),
  /** What only this node holds is given up, also where it is kept down for that: it is made to take a full copy. */
  lift: z.boolean().optional(),
});
export type StartRequest = z.infer<typeof startRequest>;

/** POST /v1/galera/stop begins it and answers 202 with the work. A node that waits heeds no SIGTERM: `kill` ends it. */
export const stopRequest = z.strictObject({ kill: z.boolean().default(false) });

/** GET /v1/galera/checksums?ms=15000: CHECKSUM TABLE of the users' tables, small ones first; what did not fit is counted. */
export const tableChecksums = z.object({ tables: z.record(z.string(), z.string()), skipped: z.number().int() });
export type TableChecksums = z.infer<typeof tableChecksums>;
