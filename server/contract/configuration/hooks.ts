import { z } from 'zod';
import { argument, programFile } from './fields.ts';

const hook = z.strictObject({
  /** Unique in its cluster: pages, the journal and the API call it so. */
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/, 'letters, digits, - and _, at most 40'),
  command: z.tuple([programFile], argument),
  /** Then it is killed, with all that it started. */
  timeoutSeconds: z.number().positive().max(120).default(10),
  kinds: z
    .array(z.enum(['switchover', 'failover']))
    .min(1)
    .default(['switchover', 'failover']),
});
const fencingHook = hook.extend({
  /** Its success means that the old primary takes no writes any more. It runs in failovers only. */
  fence: z.boolean().default(false),
});
export const hooks = z
  .strictObject({
    /** Before the first act that stops writes. One that fails stops the takeover. */
    beforeFencing: z.array(fencingHook).default([]),
    /** Right behind the opening of the new primary. One that fails is left to do. */
    afterPromotion: z.array(hook).default([]),
    /** When a takeover that had acted did not succeed, after everything else. */
    onFailure: z.array(hook).default([]),
  })
  .refine(({ beforeFencing, afterPromotion, onFailure }) => {
    const names = [...beforeFencing, ...afterPromotion, ...onFailure].map((one) => one.name);
    return new Set(names).size === names.length;
  }, 'two hooks have the same name');
export type Hooks = z.infer<typeof hooks>;
