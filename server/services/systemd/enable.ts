import { openGate } from '../gate/enable.ts';
import { systemctl, unitState, type SystemdUnit } from './systemctl.ts';

/** Lets it run; one that runs all the time is started, now and at each boot. */
export async function enableUnit(
  unit: SystemdUnit,
  { mark, daemon }: { readonly mark: string; readonly daemon: boolean },
): Promise<void> {
  await openGate(mark);
  if (daemon) await startUnit(unit);
}

/** Starts what runs all the time. A unit without an [Install] section can't be enabled: it is only started. */
export async function startUnit(unit: SystemdUnit): Promise<void> {
  const { file } = await unitState(unit);
  if (file === 'disabled') await systemctl(unit, 'enable', '--quiet');
  await systemctl(unit, 'start');
}
