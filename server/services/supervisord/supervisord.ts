import type { ServiceControl } from '../service.ts';
import { startedOnce } from '../started-once.ts';
import { disableSupervised } from './disable.ts';
import { enableSupervised, startSupervised } from './enable.ts';
import { SupervisedProgram } from './program.ts';
import { runSupervised } from './run.ts';
import { supervisedStatus } from './status.ts';
import type { SupervisordAddress } from './xml-rpc.ts';

/**
 * A service that supervisord runs. supervisord knows no "enabled" that outlives it: a mark in the agent's state says
 * whether it may run; one that runs all the time is up while it may.
 */
export function supervisordControl(
  options: SupervisordAddress & {
    readonly program: string;
    readonly daemon: boolean;
    readonly timeoutSeconds: number;
    /** The file whose presence lets it run. */
    readonly mark: string;
  },
): ServiceControl {
  const program = new SupervisedProgram(options, options.program);
  return {
    kind: 'supervisord',
    status: () => supervisedStatus(program, options),
    enable: () => enableSupervised(program, options),
    disable: () => disableSupervised(program, options.mark),
    run: (log, timeoutMs) =>
      options.daemon
        ? startedOnce(() => startSupervised(program, timeoutMs))
        : runSupervised(program, log.path, timeoutMs),
    timeoutSeconds: options.timeoutSeconds,
    daemon: options.daemon,
  };
}
