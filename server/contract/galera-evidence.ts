import { z } from 'zod';
import { historyId, nodeStatus, seqnoText } from './galera-status.ts';
import { instant } from './snapshot.ts';

const raw = z.object({ raw: z.string() });

/** `grastate.dat` as it was found. Where Galera reads it generously, it is `invalid` here, with the reason. */
export const grastate = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('missing') }),
  z.object({ kind: z.literal('unreadable'), error: z.string() }),
  raw.extend({ kind: z.literal('invalid'), reason: z.string() }),
  raw.extend({
    kind: z.literal('read'),
    uuid: historyId,
    /** -1: it runs, crashed, or its clean end was spoilt by a start that failed. */
    seqno: seqnoText,
    safeToBootstrap: z.boolean(),
  }),
]);
export type Grastate = z.infer<typeof grastate>;

/** `gvwstate.dat`: the last Primary view of a node that runs or crashed; a clean stop removes it. */
export const gvwstate = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('missing') }),
  z.object({ kind: z.literal('unreadable'), error: z.string() }),
  raw.extend({ kind: z.literal('invalid'), reason: z.string() }),
  raw.extend({
    kind: z.literal('read'),
    /** The node's id in the group, not its history. */
    ownId: historyId,
    /** Grows by one with each view: who has a lower one left earlier. */
    view: seqnoText,
    members: z.array(historyId),
  }),
]);
export type Gvwstate = z.infer<typeof gvwstate>;

/** Why a position of a node that is down is not known: nobody has asked for it yet. */
export const POSITION_UNREAD = 'its position was not read yet';

/** What `mariadbd --wsrep-recover` said of the position that InnoDB holds. */
export const recovered = z.discriminatedUnion('kind', [
  /** Not asked, and why: the node is not down, its clean position is on disk, it has no data. */
  z.object({ kind: z.literal('not-run'), reason: z.string() }),
  z.object({
    kind: z.literal('position'),
    uuid: historyId,
    seqno: seqnoText,
    /** With wsrep_gtid_mode: the MariaDB GTID beside it. It belongs to the start position. */
    gtid: z.string().nullable(),
  }),
  /** It ran and told no position, or did not come to its end. */
  z.object({ kind: z.literal('failed'), reason: z.string() }),
]);
export type Recovered = z.infer<typeof recovered>;

/** Whether mariadbd runs on the data directory, and what of it answers. */
export const aliveness = z.discriminatedUnion('kind', [
  /** Proven: no process has the data directory, nothing holds its files, nothing listens on its ports. */
  z.object({ kind: z.literal('down') }),
  z.object({ kind: z.literal('serving'), pid: z.number().int().nullable(), status: nodeStatus }),
  /** It runs and has opened no database yet: it waits for a Primary component. */
  z.object({
    kind: z.literal('waiting'),
    pid: z.number().int(),
    /**
     * The start position that it was given; null: none, as far as can be seen. Nodes that crashed and were started without
     * form a Primary component without a history, and without comparing their data (measured).
     */
    position: z.string().nullable(),
  }),
  /** It runs and does not answer: frozen, starting, or hung. */
  z.object({ kind: z.literal('silent'), pid: z.number().int().nullable(), detail: z.string() }),
  z.object({ kind: z.literal('unknown'), reason: z.string() }),
]);
export type Aliveness = z.infer<typeof aliveness>;

/** What the end of a node's error log tells of why it does not start or join: bounded, secrets taken out. */
export const errorLog = z.discriminatedUnion('kind', [
  /** The node serves, or its log is no file, or it can't be read. */
  z.object({ kind: z.literal('not-read'), reason: z.string() }),
  z.object({
    kind: z.literal('read'),
    file: z.string(),
    /** Of its last start, the newest last; []: nothing in them says what is wrong. */
    lines: z.array(z.string()),
  }),
]);
export type ErrorLog = z.infer<typeof errorLog>;

/** GET /v1/galera/evidence of an agent: what one node knows of itself, read before anything is started. */
export const nodeEvidence = z.object({
  server: z.string(),
  /** The clock of the host. */
  observedAt: instant,
  dataDirectory: z.string(),
  alive: aliveness,
  grastate,
  gvwstate,
  recovered,
  /** False: there are no InnoDB files: it holds nothing. */
  hasData: z.boolean(),
  /** Traces of a state transfer that did not come to its end. */
  transferLeftovers: z.array(z.string()),
  /** What would make the next plain start a bootstrap: settings, and where they stand. */
  bootstrapSwitches: z.array(z.string()),
  /** It is kept down with rows that the cluster gave up: its options do not let it start. */
  kept: z.boolean().default(false),
  /** innodb_flush_log_at_trx_commit as configured; null: not known. With 0 or 2 the last second may be lost. */
  flushLogAtCommit: z.number().int().nullable(),
  errorLog: errorLog.default({ kind: 'not-read', reason: 'its agent does not read it' }),
});
export type NodeEvidence = z.infer<typeof nodeEvidence>;
