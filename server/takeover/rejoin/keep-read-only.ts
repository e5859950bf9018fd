import { done, skipped, type Step } from '../../operations/step.ts';
import type { TakeoverContext } from '../context.ts';
import { persist } from '../steps/services.ts';

/** read_only survives the server's next start. The server follows by now: from here on nothing is undone. */
export function keepReadOnly(server: string): Step<TakeoverContext> {
  return {
    id: 'keep',
    name: 'keep read-only',
    server,
    deadlineMs: 10_000,
    pointOfNoReturn: true,
    async run(context, act) {
      const note = await persist(context, act, server, true);
      return note === null ? skipped('its agent could not write it') : done(note);
    },
  };
}
