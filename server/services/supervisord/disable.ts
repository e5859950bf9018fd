import { shutGate } from '../gate/disable.ts';
import type { SupervisedProgram } from './program.ts';

/** Longer than supervisord's own stopwaitsecs (10 s), after which it kills. */
export const disableTimeoutMs = 18_000;

/** Lets it run no more: no process of it is there when this resolves. */
export async function disableSupervised(program: SupervisedProgram, mark: string): Promise<void> {
  await shutGate(mark);
  await program.stop(disableTimeoutMs);
}
