import type { ServiceControl } from '../service.ts';
import { childRun } from '../run-program.ts';
import { disableByCommand } from './disable.ts';
import { enableByCommand } from './enable.ts';
import { commandStatus } from './status.ts';

/** A service that is switched by commands of the host. */
export function commandControl(options: {
  readonly enable: readonly string[];
  readonly disable: readonly string[];
  readonly status: readonly string[];
  readonly run?: readonly string[] | undefined;
  readonly timeoutSeconds: number;
}): ServiceControl {
  return {
    kind: 'command',
    status: async () => ({ enabled: await commandStatus(options.status), running: false, problem: null }),
    enable: () => enableByCommand(options.enable),
    disable: () => disableByCommand(options.disable),
    run: childRun(options.run),
    timeoutSeconds: options.timeoutSeconds,
    daemon: false,
  };
}
