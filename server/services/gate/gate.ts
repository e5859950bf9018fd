import type { ServiceControl } from '../service.ts';
import { shutGate } from './disable.ts';
import { openGate } from './enable.ts';
import { childRun } from '../run-program.ts';
import { gateStatus } from './status.ts';

/** A service that may run while a file exists. */
export function gateControl(options: {
  readonly file: string;
  readonly run?: readonly string[] | undefined;
  readonly timeoutSeconds: number;
}): ServiceControl {
  return {
    kind: 'gate',
    status: async () => ({ enabled: await gateStatus(options.file), running: false, problem: null }),
    enable: () => openGate(options.file),
    disable: () => shutGate(options.file),
    run: childRun(options.run),
    timeoutSeconds: options.timeoutSeconds,
    daemon: false,
  };
}
