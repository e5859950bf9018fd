import { gateStatus } from '../gate/status.ts';
import type { ControlStatus } from '../service.ts';
import { isUp, unitState, type SystemdUnit } from './systemctl.ts';

/** systemd starts it at the next boot: it may run, whatever Baton's own mark says. */
export function startsAtBoot(file: string): boolean {
  return file === 'enabled' || file === 'enabled-runtime';
}

/** Whether it may run, and whether it does. */
export async function unitStatus(
  unit: SystemdUnit,
  options: { readonly mark: string; readonly daemon: boolean },
): Promise<ControlStatus> {
  const [marked, state] = await Promise.all([gateStatus(options.mark), unitState(unit)]);
  const running = isUp(state);
  const enabled = marked || running || startsAtBoot(state.file);
  const fallen = options.daemon && marked && !running && state.sub !== 'exited';
  const word = state.load === 'masked' ? 'masked' : `${state.active} (${state.result})`;
  return { enabled, running, problem: fallen ? `systemd says that it is ${word}` : null };
}
