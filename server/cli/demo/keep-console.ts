import { setTimeout as pause } from 'node:timers/promises';
import { say } from '../../setup/progress.mjs';
import type { Child } from './child-process.ts';

/** Long enough to see that it was gone, short enough to wait for. */
const restartMs = 1000;
/** A console that ends as soon as it starts is not started for ever. */
const mostRestartsPerMinute = 5;

/** The demo's console process, which is started again when something kills it. */
export interface KeptConsole {
  readonly pid: () => number;
  stop(): Promise<void>;
}

/**
 * Watches over a console that runs. One that was killed is started again after 1 s, unless somebody else's answers at its
 * address by then; one that ended in order was stopped on purpose and stays so.
 */
export function keepConsole(first: Child, start: () => Promise<Child>, answers: () => Promise<boolean>): KeptConsole {
  const state = { child: first, stopping: false };
  const restarts: number[] = [];
  const watch = async (): Promise<void> => {
    for (;;) {
      const how = await state.child.ended;
      if (state.stopping) return;
      if (how === 'exit code 0') return say('The console was stopped. Ctrl-C ends the rest of the demo.');
      say(`The console ended (${how}).`);
      await pause(restartMs);
      if (state.stopping || (await answers())) return;
      const recent = restarts.filter((at) => Date.now() - at < 60_000).length;
      if (recent >= mostRestartsPerMinute) return say('It ends again and again: it is not started any more.');
      restarts.push(Date.now());
      state.child = await start();
      say(`The console runs again, process ${state.child.pid}.`);
    }
  };
  const watching = watch().catch((error: unknown) => say(`The console can't be started again: ${String(error)}`));
  return {
    pid: () => state.child.pid,
    async stop() {
      state.stopping = true;
      await state.child.stop();
      await watching;
      // One that was being started while we stopped.
      await state.child.stop();
    },
  };
}
