import type { ServiceControl } from '../service.ts';
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
    status: () => commandStatus(options.status),
    enable: () => enableByCommand(options.enable),
    disable: () => disableByCommand(options.disable),
    run: options.run ?? null,
    timeoutSeconds: options.timeoutSeconds,
  };
}
