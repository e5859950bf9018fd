import type { ServiceControl } from '../service.ts';
import { shutGate } from './disable.ts';
import { openGate } from './enable.ts';
import { gateStatus } from './status.ts';

/** A service that may run while a file exists. */
export function gateControl(options: {
  readonly file: string;
  readonly run?: readonly string[] | undefined;
  readonly timeoutSeconds: number;
}): ServiceControl {
  return {
    kind: 'gate',
    status: () => gateStatus(options.file),
    enable: () => openGate(options.file),
    disable: () => shutGate(options.file),
    run: options.run ?? null,
    timeoutSeconds: options.timeoutSeconds,
  };
}
