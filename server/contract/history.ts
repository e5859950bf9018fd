import { z } from 'zod';
import { instant } from './snapshot.ts';

export const metric = z.enum(['lag', 'writes', 'transactions-behind']);
export type Metric = z.infer<typeof metric>;

/** One bucket: [seconds since the epoch, min, average, max]; a gap in observation is a bucket of nulls. */
export const historyPoint = z.tuple([z.number(), z.number().nullable(), z.number().nullable(), z.number().nullable()]);

export const history = z.object({
  server: z.string(),
  metric,
  from: instant,
  to: instant,
  bucketSeconds: z.number(),
  points: z.array(historyPoint),
});
export type History = z.infer<typeof history>;
