import { z } from 'zod';
import { nodeWork } from './galera-agent.ts';
import { nodeEvidence } from './galera-evidence.ts';
import { historyId, seqnoText } from './galera-status.ts';
import { instant } from './snapshot.ts';
import { plannedStep } from './takeover.ts';

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
