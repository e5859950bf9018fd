import type { PlannedHook } from '../../hooks/task-hook.ts';
import { blocksSwitchover, type CheckExample } from './example.ts';

/** A hook whose program is not there. */
export const exampleHook: PlannedHook = {
  place: 'beforeFencing',
  name: 'drain',
  command: ['/usr/local/bin/drain', 'a word'],
  timeoutMs: 10_000,
  fence: false,
  kinds: ['switchover', 'failover'],
  problem: 'does not exist',
};

export const hookExamples: readonly CheckExample[] = [
  blocksSwitchover('hook-missing', {
    when: 'the program of a hook is not there',
    change: { input: { hooks: [exampleHook] } },
    fixed: { input: { hooks: [{ ...exampleHook, problem: null }] } },
    names: /Hook drain can't be started on the console's host: \/usr\/local\/bin\/drain does not exist/,
  }),
];
