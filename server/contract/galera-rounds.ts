import { z } from 'zod';
import { instant } from './snapshot.ts';
import { plannedStep } from './takeover.ts';

/** stop: all nodes, one after the other, the last one named. restart: all, with one down at a time. */
export const roundAct = z.enum(['stop', 'restart']);
export type RoundAct = z.infer<typeof roundAct>;

/** POST /clusters/C/galera/round-plans */
export const roundPlanRequest = z.strictObject({
  act: roundAct,
  /** Which one is taken down last; absent: the first of the configuration that runs. */
  last: z.string().optional(),
});
export type RoundPlanRequest = z.infer<typeof roundPlanRequest>;

/** What a round through the nodes of a Galera cluster would do. */
export const roundPlan = z.object({
  cluster: z.string(),
  act: roundAct,
  /** The nodes in the order in which they are taken down. */
  order: z.array(z.string()),
  /** What happens, in one sentence. */
  text: z.string(),
  /** Why it can't be done now, in a sentence; null: it can. */
  blocked: z.string().nullable(),
  steps: z.array(plannedStep),
  /** What must be typed, the cluster's name, where writes end; else null. */
  confirm: z.string().nullable(),
  /** The same on the command line. */
  command: z.string(),
  observedAt: instant,
});
export type RoundPlan = z.infer<typeof roundPlan>;

/** POST /clusters/C/galera/rounds answers 202 with the operation's id. */
export const roundRequest = z.strictObject({
  act: roundAct,
  /** As reviewed: where another one would be planned now, nothing is done. */
  order: z.array(z.string()).min(1),
  confirm: z.string().optional(),
});
export type RoundRequest = z.infer<typeof roundRequest>;
