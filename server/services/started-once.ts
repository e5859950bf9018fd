import { messageOf } from '../contract/errors.ts';
import type { RunningProgram } from './run-program.ts';

/** A run of what runs all the time: it has ended well when that is up. */
export function startedOnce(start: () => Promise<void>): RunningProgram {
  const ended = start().then(
    () => ({ exitCode: 0, note: 'is up' }),
    (error: unknown) => ({ exitCode: null, note: messageOf(error) }),
  );
  const wait = async (): Promise<void> => void (await ended);
  return { ended, end: wait, leave: async () => undefined };
}
