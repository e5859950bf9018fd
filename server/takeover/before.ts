import { z } from 'zod';

const event = z.object({
  schema: z.string(),
  name: z.string(),
  definer: z.string(),
  status: z.enum(['ENABLED', 'DISABLED', 'SLAVESIDE_DISABLED']),
  sqlMode: z.string(),
  characterSetClient: z.string(),
  collationConnection: z.string(),
  rest: z.string(),
  overdue: z.boolean().default(false),
});

/** Both sides of semi-synchronous replication. */
export const semiSync = z.object({
  primaryEnabled: z.boolean(),
  replicaEnabled: z.boolean(),
  waitNoSlave: z.boolean(),
  timeoutMs: z.number(),
  /** AFTER_COMMIT or AFTER_SYNC. */
  waitPoint: z.string(),
});
export type SemiSyncBefore = z.infer<typeof semiSync>;

const serverBefore = z.object({
  readOnly: z.boolean(),
  eventScheduler: z.enum(['on', 'off', 'disabled']),
  /** null where the account may not see them. */
  events: z.array(event).nullable(),
  semiSync: semiSync.nullable(),
  /** Services of its agent; null without one. */
  services: z.array(z.object({ name: z.string(), enabled: z.boolean() })).nullable(),
});

/** The values of everything that a takeover may touch, as they were before its first change: by server. */
export const before = z.record(z.string(), serverBefore);
export type Before = z.infer<typeof before>;
export type ServerBefore = z.infer<typeof serverBefore>;
