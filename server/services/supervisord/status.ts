import { gateStatus } from '../gate/status.ts';
import type { ControlStatus } from '../service.ts';
import type { SupervisedProgram } from './program.ts';

/** Whether it may run, and whether it does. What supervisord started by itself counts as enabled: it is to be shut. */
export async function supervisedStatus(
  program: SupervisedProgram,
  options: { readonly mark: string; readonly daemon: boolean },
): Promise<ControlStatus> {
  const [marked, { up, state, error }] = await Promise.all([gateStatus(options.mark), program.info()]);
  const fallen = options.daemon && marked && !up;
  return {
    enabled: marked || up,
    running: up,
    problem: fallen ? `supervisord says that it is ${state}${error === '' ? '' : `: ${error}`}` : null,
  };
}
