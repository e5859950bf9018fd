import { z } from 'zod';

/** A server that somebody has set aside: no alerts of it, no candidate, until that instant. */
export const maintenance = z.object({
  reason: z.string(),
  owner: z.string(),
  /** ISO 8601, UTC. */
  since: z.string(),
  until: z.string(),
});
export type Maintenance = z.infer<typeof maintenance>;

/** A month: what takes longer is no maintenance but another configuration. */
export const maxMaintenanceMinutes = 31 * 24 * 60;

/** It stands in alerts, audits and on terminals: nothing that moves the cursor, turns the text round or can't be seen. */
const line = z
  .string()
  .max(200)
  .regex(/^(?!\s)[^\p{C}]+(?<!\s)$/u, 'visible characters, and spaces only between them');

/** POST /clusters/C/servers/S/maintenance: sets it aside from now on, or changes how it is set aside. DELETE ends it. */
export const maintenanceRequest = z.strictObject({
  reason: line,
  /** Who answers for it; absent: who asks. */
  owner: line.max(120).optional(),
  /** It ends by itself after so long, by the console's clock. */
  minutes: z.number().int().positive().max(maxMaintenanceMinutes),
});
export type MaintenanceRequest = z.infer<typeof maintenanceRequest>;
