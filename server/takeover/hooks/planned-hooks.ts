import type { TakeoversParts } from '../parts.ts';
import { hookPlace, type PlannedHook } from './task-hook.ts';

/** Every configured hook in the order in which it runs, its program looked at now. */
export async function plannedHooks({ configured, runner }: TakeoversParts['hooks']): Promise<PlannedHook[]> {
  const all = hookPlace.options.flatMap((place) =>
    configured[place].map((hook) => ({ place, fence: 'fence' in hook && hook.fence, ...hook })),
  );
  return await Promise.all(
    all.map(async ({ place, name, command, timeoutSeconds, kinds, fence }) => ({
      place,
      name,
      command: [...command],
      timeoutMs: timeoutSeconds * 1000,
      kinds,
      fence,
      problem: await runner.problem(command[0]),
    })),
  );
}
