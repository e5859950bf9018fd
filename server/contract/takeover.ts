import { z } from 'zod';
import { gtidText, instant } from './snapshot.ts';

export const takeoverKind = z.enum(['switchover', 'failover', 'detach']);
export type TakeoverKind = z.infer<typeof takeoverKind>;

export const check = z.object({
  /** Stable; what `accept` names. */
  code: z.string(),
  level: z.enum(['pass', 'warn', 'block']),
  server: z.string().nullable(),
  text: z.string(),
  /** What to do about it; null where it passes. */
  fix: z.string().nullable(),
  /** What to run for it, to be copied: statements for `server`, or a command; [] where the sentence is all. */
  commands: z.array(z.string()),
  /** A block that an operator may override by naming its code (and typing the target's name). */
  acceptable: z.boolean(),
});
export type Check = z.infer<typeof check>;

export const plannedStep = z.object({
  id: z.string(),
  name: z.string(),
  /** The server or servers it acts on. */
  server: z.string(),
  /** True for the one step whose intent is the point of no return. */
  pointOfNoReturn: z.boolean(),
  willRun: z.boolean(),
  /** What it does, in one sentence. */
  text: z.string(),
  /** The SQL it will run, secrets left out; empty where it only observes. */
  statements: z.array(z.string()),
});
export type PlannedStep = z.infer<typeof plannedStep>;

export const cost = z.object({
  /** 0 for a switchover; null when nobody can know. */
  transactionsLost: z.number().nullable(),
  /** exact: counted; at-least: what is known of an unreachable primary; unknown. */
  lossKnown: z.enum(['exact', 'at-least', 'unknown']),
  /** When the primary's position was last read: the age of that number. */
  lossKnownAsOf: instant.nullable(),
  writeOutageSeconds: z.number().nullable(),
  totalSeconds: z.number().nullable(),
});
export type Cost = z.infer<typeof cost>;

export const planRole = z.object({
  server: z.string(),
  before: z.object({ role: z.string(), follows: z.string().nullable() }),
  after: z.object({ role: z.string(), follows: z.string().nullable() }),
});
export type PlanRole = z.infer<typeof planRole>;

export const takeoverPlan = z.object({
  id: z.string(),
  fingerprint: z.string(),
  cluster: z.string(),
  kind: takeoverKind,
  /** Kinds the operator may choose instead. */
  kinds: z.array(takeoverKind),
  target: z.string(),
  targetAddress: z.string(),
  oldPrimary: z.string().nullable(),
  targetGtid: gtidText.nullable(),
  checks: z.array(check),
  steps: z.array(plannedStep),
  roles: z.array(planRole),
  cost,
  /** True while a block stands that was not accepted. */
  blocked: z.boolean(),
  /** The name that must be typed, or null. */
  confirm: z.string().nullable(),
  /** The same takeover on the command line. */
  command: z.string(),
  observedAt: instant,
  expiresAt: instant,
});
export type TakeoverPlan = z.infer<typeof takeoverPlan>;

export const planRequest = z.strictObject({ target: z.string(), kind: takeoverKind.optional() });
export const takeoverRequest = z.strictObject({
  planId: z.string(),
  accept: z.array(z.string()).default([]),
  confirm: z.string().optional(),
  dryRun: z.boolean().default(false),
});
export const takeoverAnswer = z.object({ operationId: z.string() });

/** One entry of `details.differences` of a 409 outdated: "primary" was "db-1", is "db-3". */
export interface Difference {
  readonly what: string;
  readonly was: string;
  readonly now: string;
}
