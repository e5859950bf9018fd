import { z } from 'zod';
import { historyId, nodeStatus, seqnoText } from './galera-status.ts';
import { instant } from './snapshot.ts';
import { plannedStep } from './takeover.ts';

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

/** GET /v1/galera/transfer of an agent: what its node took from the others when it joined last, by its error log. */
export const transfer = z.discriminatedUnion('kind', [
  /** What it missed. */
  z.object({ kind: z.literal('ist'), writeSets: z.number().int(), first: seqnoText, last: seqnoText }),
  /** A full copy, of that position. */
  z.object({ kind: z.literal('sst'), seqno: seqnoText }),
  z.object({ kind: z.literal('not-told'), reason: z.string() }),
]);
export type Transfer = z.infer<typeof transfer>;

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
  /** Down, and nothing in its files speaks against its data. */
  whole: z.boolean(),
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

/** GET /clusters/C/galera: what is known without starting anything. POST …/recovery-plans reads positions as well. */
export const galeraView = z.object({
  cluster: z.string(),
  observedAt: instant,
  decision,
  evidence: z.array(nodeReport),
  work: z.array(z.object({ name: z.string(), work: nodeWork })),
  /** Where the cluster stood after its last recovery or stop. */
  floor: knownPosition.nullable(),
  /** They are throw-away nodes that may be killed from the page. */
  canKill: z.boolean().default(false),
});
export type GaleraView = z.infer<typeof galeraView>;

export const recoveryPlan = decision.extend({
  id: z.string(),
  cluster: z.string(),
  fingerprint: z.string(),
  steps: z.array(plannedStep),
  /** The name that must be typed for the recommended node; null where none is recommended, or it is green. */
  confirm: z.string().nullable(),
  /** The same recovery on the command line. */
  command: z.string().nullable(),
  observedAt: instant,
  expiresAt: instant,
});
export type RecoveryPlan = z.infer<typeof recoveryPlan>;

/** POST /clusters/C/sandbox/kill: of throw-away servers alone. */
export const killedServers = z.object({ killed: z.array(z.string()) });
export type KilledServers = z.infer<typeof killedServers>;

/** POST /clusters/C/galera/nodes/N/start or stop. */
export const nodeActRequest = z.strictObject({
  /** The node's name, typed: to start one that has what the cluster has not, which erases that; to stop the last one that serves. */
  confirm: z.string().optional(),
});

export const recoveryRequest = z.strictObject({
  planId: z.string(),
  /** Another one than the recommended; its name must be typed. */
  node: z.string().optional(),
  confirm: z.string().optional(),
});
