import { shutGate } from '../gate/disable.ts';
import { startsAtBoot } from './status.ts';
import { systemctl, unitState, type SystemdUnit } from './systemctl.ts';

/** Lets it run no more, now and at the next boot: no process of it is there when this resolves. */
export async function disableUnit(unit: SystemdUnit, mark: string): Promise<void> {
  await shutGate(mark);
  if (startsAtBoot((await unitState(unit)).file)) await systemctl(unit, 'disable', '--quiet');
  await systemctl(unit, 'stop');
}
