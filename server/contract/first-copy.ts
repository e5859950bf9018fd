import { z } from 'zod';

/** How far the first copy of a server is that had no database when its agent started. */
export const firstCopyStatus = z.object({
  stage: z.enum(['installing', 'receiving', 'preparing', 'replicating', 'finishing', 'done', 'failed']),
  bytes: z.number(),
  totalBytes: z.number().nullable(),
  /** Why it failed; it is tried again where that can help. */
  error: z.string().nullable(),
});
export type FirstCopyStatus = z.infer<typeof firstCopyStatus>;
