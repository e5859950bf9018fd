import { z } from 'zod';

/** What only a server had, and where its agent keeps the SQL of it: as the journal holds it. */
export const setAside = z.object({
  /** Spans as "0-1-13:17": what was compared, and is compared again before the data are exchanged. */
  ranges: z.array(z.string()),
  count: z.number(),
  /** The export's name. */
  file: z.string(),
});
export type SetAside = z.infer<typeof setAside>;

export const keptData = z.object({ directory: z.string(), bytes: z.number().nullable() });
