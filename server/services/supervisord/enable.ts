import { openGate } from '../gate/enable.ts';
import type { SupervisedProgram } from './program.ts';

const START_MS = 15_000;

/** Lets it run; one that runs all the time is started, and up when this resolves. */
export async function enableSupervised(
  program: SupervisedProgram,
  { mark, daemon }: { readonly mark: string; readonly daemon: boolean },
): Promise<void> {
  await openGate(mark);
  if (daemon) await startSupervised(program);
}

/** Starts it where it is down, and resolves when it is RUNNING. Rejects with what supervisord says. */
export async function startSupervised(program: SupervisedProgram, timeoutMs = START_MS): Promise<void> {
  await program.start();
  const { state, error } = await program.until(
    (info) => info.state === 'RUNNING' || !info.up || info.state === 'BACKOFF',
    timeoutMs,
  );
  if (state !== 'RUNNING') throw new Error(`supervisord says that it is ${state}${error === '' ? '' : `: ${error}`}`);
}
