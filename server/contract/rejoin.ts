import { z } from 'zod';
import { instant } from './snapshot.ts';
import { check, plannedStep } from './takeover.ts';

/** GET /clusters/C/servers/S/extra-transactions: what only that server has, counted by GTID. */
export const extraTransactions = z.object({
  server: z.string(),
  primary: z.string(),
  count: z.number(),
  /** Spans of one server in one domain, both ends included: "0-1-13" to "0-1-17" are 5. */
  ranges: z.array(z.object({ from: z.string(), to: z.string(), count: z.number() })),
  /** "0-1-13…17"; "" for none. */
  text: z.string(),
  observedAt: instant,
});
export type ExtraTransactions = z.infer<typeof extraTransactions>;

/** POST /clusters/C/servers/S/rejoin-plans: what a rejoin would do, and what forbids it. Changes nothing. */
export const rejoinPlan = z.object({
  cluster: z.string(),
  server: z.string(),
  address: z.string(),
  /** Whom it would follow; null where the cluster has no primary. */
  primary: z.string().nullable(),
  checks: z.array(check),
  /** [] where it can't be said whom it would follow. */
  steps: z.array(plannedStep),
  /** null where it can't be told. */
  extraTransactions: extraTransactions.nullable(),
  blocked: z.boolean(),
  /** The server would get a copy of the primary's data, and its own transactions and data would be kept aside. */
  setAside: z.boolean(),
  /** The name that must be typed; null: none. */
  confirm: z.string().nullable(),
  /** The same on the command line. */
  command: z.string(),
  observedAt: instant,
});
export type RejoinPlan = z.infer<typeof rejoinPlan>;

/** POST /clusters/C/servers/S/rejoin-plans { setAside? } */
export const rejoinPlanRequest = z.strictObject({ setAside: z.boolean().default(false) });

/** POST /clusters/C/servers/S/rejoin { setAside: true, confirm: "db-1" }, or {} where the server keeps its data. */
export const rejoinRequest = z.strictObject({
  dryRun: z.boolean().default(false),
  setAside: z.boolean().default(false),
  confirm: z.string().optional(),
});
