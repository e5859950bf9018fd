import { z } from 'zod';
import { instant } from './snapshot.ts';

/** A history's id as Galera writes it; all zero: none, or lost in the middle of a DDL or of a state transfer. */
export const historyId = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
export const ZERO_HISTORY = '00000000-0000-0000-0000-000000000000';

/** A number of 64 bit as text: JSON's own lose the last digits. -1: not known on disk. */
export const seqnoText = z.string().regex(/^-?\d{1,19}$/);

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
});
export type NodeStatus = z.infer<typeof nodeStatus>;

/** Whether mariadbd runs on the data directory, and what of it answers. */
export const aliveness = z.discriminatedUnion('kind', [
  /** Proven: no process has the data directory, nothing holds its files, nothing listens on its ports. */
  z.object({ kind: z.literal('down') }),
  z.object({ kind: z.literal('serving'), pid: z.number().int().nullable(), status: nodeStatus }),
  /** It runs and has opened no database yet: it waits for a Primary component. */
  z.object({ kind: z.literal('waiting'), pid: z.number().int() }),
  /** It runs and does not answer: frozen, starting, or hung. */
  z.object({ kind: z.literal('silent'), pid: z.number().int().nullable(), detail: z.string() }),
  z.object({ kind: z.literal('unknown'), reason: z.string() }),
]);
export type Aliveness = z.infer<typeof aliveness>;

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
  /** innodb_flush_log_at_trx_commit as configured; null: not known. With 0 or 2 the last second may be lost. */
  flushLogAtCommit: z.number().int().nullable(),
});
export type NodeEvidence = z.infer<typeof nodeEvidence>;

/** What the console has of one configured node. */
export const nodeReport = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('seen'),
    name: z.string(),
    /** By the console's clock, when the question was asked. */
    observedAt: instant,
    evidence: nodeEvidence,
  }),
  /** A time-out, an agent that does not answer, none configured: never "down". */
  z.object({ kind: z.literal('unknown'), name: z.string(), reason: z.string() }),
]);
export type NodeReport = z.infer<typeof nodeReport>;

/** A position that the cluster, or a node, is known to have reached. */
export const knownPosition = z.object({ uuid: historyId, seqno: seqnoText, at: instant });
export type KnownPosition = z.infer<typeof knownPosition>;

/** Where the cluster stands, as far as a cold start is concerned. Stable words. */
export const situation = z.enum([
  'running',
  'split-brain',
  'history-lost',
  'non-primary',
  'waiting',
  'member-unknown',
  'all-down',
  'two-histories',
  'no-candidate',
]);
export type Situation = z.infer<typeof situation>;

/** What may be done with a node as the one to bootstrap. */
export const nodeChoice = z.enum(['recommended', 'with-confirmation', 'impossible']);

export const nodeVerdict = z.object({
  name: z.string(),
  /** down, serving, waiting, silent, unknown. */
  alive: z.string(),
  uuid: historyId.nullable(),
  seqno: seqnoText.nullable(),
  gtid: z.string().nullable(),
  safeToBootstrap: z.boolean().nullable(),
  /** Where the position was read. */
  source: z.enum(['grastate', 'recover', 'status']).nullable(),
  observedAt: instant.nullable(),
  /** Why it, or why not it, in one sentence. */
  reason: z.string(),
  choice: nodeChoice,
  /** What a bootstrap from it gives up, in sentences; [] where nothing is known to be lost. */
  givesUp: z.array(z.string()),
});
export type NodeVerdict = z.infer<typeof nodeVerdict>;

export const decision = z.object({
  /** green: bootstrap it. human: it is the best, and a person has to type its name. refuse: none is recommended. */
  verdict: z.enum(['green', 'human', 'refuse']),
  situation,
  /** bootstrap a node that is down; make a survivor's component Primary; start the nodes in `start`; nothing. */
  act: z.enum(['bootstrap', 'make-primary', 'start', 'none']),
  /** One sentence: where things stand and what follows. */
  text: z.string(),
  /** What keeps it from being green, in sentences. */
  doubts: z.array(z.string()),
  /** What a person should know and that changes nothing. */
  notes: z.array(z.string()),
  recommended: z.string().nullable(),
  /** Nodes for which a plain start is all that is needed. */
  start: z.array(z.string()),
  nodes: z.array(nodeVerdict),
});
export type Decision = z.infer<typeof decision>;
