import { z } from 'zod';
import { instant } from './snapshot.ts';

export const stepState = z.enum(['pending', 'running', 'done', 'skipped', 'failed', 'undone', 'not-run', 'unknown']);
export type StepState = z.infer<typeof stepState>;

export const outcome = z.enum([
  'succeeded',
  'succeeded-with-follow-ups',
  'refused',
  'cancelled-restored',
  'failed-restored',
  'failed-needs-hands',
  'unknown',
]);
export type Outcome = z.infer<typeof outcome>;

export const followUp = z.object({
  text: z.string(),
  /** An HTTP call that does it, where there is one. */
  method: z.enum(['POST', 'GET']).nullable(),
  path: z.string().nullable(),
  body: z.unknown().nullable(),
  /** A command or statement that does it. */
  command: z.string().nullable(),
});
export type FollowUp = z.infer<typeof followUp>;

export const operationStep = z.object({
  id: z.string(),
  name: z.string(),
  server: z.string(),
  state: stepState,
  pointOfNoReturn: z.boolean(),
  startedAt: instant.nullable(),
  endedAt: instant.nullable(),
  /** What it waits for now: "position 0-1-482 of 0-1-530". */
  waitsFor: z.string().nullable(),
  /** What it found or did, in one sentence; why it was skipped. */
  note: z.string().nullable(),
  /** The SQL that ran, secrets left out. */
  statements: z.array(z.string()),
  /** The log of what it ran (a service), last lines. */
  log: z.string().nullable(),
  error: z.string().nullable(),
});
export type OperationStep = z.infer<typeof operationStep>;

export const operation = z.object({
  id: z.string(),
  /** switchover, failover, detach, backup … */
  kind: z.string(),
  cluster: z.string(),
  /** The server it is about. */
  target: z.string(),
  title: z.string(),
  actor: z.string(),
  dryRun: z.boolean(),
  startedAt: instant,
  endedAt: instant.nullable(),
  /** null while it runs. */
  outcome: outcome.nullable(),
  /** One sentence: the result, or what is happening. */
  summary: z.string().nullable(),
  /** What state the servers are in now, when it did not succeed. */
  pointOfNoReturnPassed: z.boolean(),
  cancelRequested: z.boolean(),
  /** When and by whom it was asked to stop and restore; null or absent: nobody has asked, or a version before this one ran it. */
  cancelAsked: z.object({ at: instant, by: z.string() }).nullable().optional(),
  writeOutageMs: z.number().nullable(),
  /** Interruptions of the console during it: when, and what was decided on return. */
  interruptions: z.array(z.object({ at: instant, text: z.string() })),
  steps: z.array(operationStep),
  followUps: z.array(followUp),
});
export type Operation = z.infer<typeof operation>;
