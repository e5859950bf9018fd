import type { ServerControl } from '../server-control.ts';
import { isUp, systemctl, unitState, type SystemdUnit } from '../systemd/systemctl.ts';

/**
 * By systemd, which does nothing where there is nothing to do. It is not asked first: a unit that is being started is not
 * "active", as that of a Galera node that waits for others, and has to be stopped all the same.
 */
export function systemdSwitch(unit: SystemdUnit, timeoutMs: number): ServerControl {
  const patient = { ...unit, timeoutMs };
  return {
    running: async () => isUp(await unitState(unit)),
    stop: async () => void (await systemctl(patient, 'stop')),
    start: async () => void (await systemctl(patient, 'start')),
  };
}
