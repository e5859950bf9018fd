import type { ServerControlConfiguration } from '../contract/configuration/services.ts';
import { commandSwitch } from './server-control/command.ts';
import { supervisordSwitch } from './server-control/supervisord.ts';
import { systemdSwitch } from './server-control/systemd.ts';

/** Stops and starts the database server beside an agent. */
export interface ServerControl {
  /** Whether its manager says that it runs. Rejects where the manager can't be asked. */
  running(): Promise<boolean>;
  /** Ends it in order; resolves when its manager says that it is down. Does nothing where it is. Rejects with the reason. */
  stop(): Promise<void>;
  /** Starts it; resolves when its manager has done so. Does nothing where it runs. Rejects with the reason. */
  start(): Promise<void>;
}

/** The control that the configuration names. */
export function serverControl(configuration: ServerControlConfiguration, timeoutMs: number): ServerControl {
  if (configuration.kind === 'command') return commandSwitch(configuration, timeoutMs);
  if (configuration.kind === 'supervisord') return supervisordSwitch(configuration, timeoutMs);
  return systemdSwitch(configuration, timeoutMs);
}
