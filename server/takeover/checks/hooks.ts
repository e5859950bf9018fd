import { commandText, hooksFor } from '../hooks/task-hook.ts';
import { bad, well, type CheckOf } from './finding.ts';

/** Whether each hook can be started, before anything is done. */
export const hooksRunnable: CheckOf = (input, { kind }) => {
  const hooks = hooksFor(input.hooks, kind);
  if (hooks.length === 0) return [];
  const broken = hooks.filter(({ problem }) => problem !== null);
  if (broken.length === 0) {
    return [well('hook-missing', null, `Hooks can be started: ${hooks.map(({ name }) => name).join(', ')}`)];
  }
  return broken.map(({ name, command, problem }) =>
    bad(
      'hook-missing',
      null,
      `Hook ${name} can't be started on the console's host: ${command[0] ?? ''} ${problem}`,
      `Put it there, executable for the console's user; or accept that ${commandText(command)} is left out, and do its work by hand.`,
    ),
  );
};
