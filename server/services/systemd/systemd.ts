import type { ServiceControl } from '../service.ts';
import { startedOnce } from '../started-once.ts';
import { disableUnit } from './disable.ts';
import { enableUnit, startUnit } from './enable.ts';
import { runUnit } from './run.ts';
import { unitStatus } from './status.ts';
import type { SystemdUnit } from './systemctl.ts';

/** A service that is a unit of systemd. A mark in the agent's state says whether it may run. */
export function systemdControl(
  options: SystemdUnit & {
    readonly daemon: boolean;
    readonly timeoutSeconds: number;
    /** The file whose presence lets it run. */
    readonly mark: string;
  },
): ServiceControl {
  return {
    kind: 'systemd',
    status: () => unitStatus(options, options),
    enable: () => enableUnit(options, options),
    disable: () => disableUnit(options, options.mark),
    run: (log, timeoutMs) =>
      options.daemon ? startedOnce(() => startUnit(options)) : runUnit(options, log.path, timeoutMs),
    timeoutSeconds: options.timeoutSeconds,
    daemon: options.daemon,
  };
}
