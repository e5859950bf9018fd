import { z } from 'zod';
import type { ServerFacts } from '../mariadb/server-facts.ts';
import type { Seen } from './fresh-look.ts';

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

/** What a look at a server found of that; its services are none of a failover's business. */
export function seenBefore({ facts, events }: Seen): ServerBefore {
  return { ...settingsOf(facts), events: [...events], services: null };
}

export function settingsOf({
  readOnly,
  eventScheduler,
  semiSync: both,
}: Pick<ServerFacts, 'readOnly' | 'eventScheduler' | 'semiSync'>): Omit<ServerBefore, 'events' | 'services'> {
  if (!both) return { readOnly, eventScheduler, semiSync: both };
  const { primaryEnabled, replicaEnabled, waitNoSlave, timeoutMs, waitPoint } = both;
  return { readOnly, eventScheduler, semiSync: { primaryEnabled, replicaEnabled, waitNoSlave, timeoutMs, waitPoint } };
}
