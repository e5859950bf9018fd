import { z } from 'zod';

/** The demo's options as setup/demo-options.mjs has read them. */
export const demoOptions = z.object({
  /** null: 8080, or the next free one. */
  port: z.number().nullable(),
  dir: z.string(),
  replicas: z.number(),
  tls: z.boolean(),
  fresh: z.boolean(),
  /** A Galera cluster of three nodes beside the servers. */
  galera: z.boolean().default(false),
  /** Inserts a second. */
  writeLoad: z.number(),
});
export type DemoOptions = z.infer<typeof demoOptions>;
