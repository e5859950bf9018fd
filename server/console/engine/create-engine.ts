import type { Engine } from '../engine.ts';
import { aftermathMethods } from './aftermath.ts';
import { dumpMethods } from './dumps.ts';
import { galeraMethods } from './galera.ts';
import { maintenanceMethods } from './maintenance.ts';
import { newReplicaMethods } from './new-replica.ts';
import { operationMethods } from './operations.ts';
import type { EngineParts } from './parts.ts';
import { peopleMethods } from './people.ts';
import { rejoinMethods } from './rejoins.ts';
import { sandboxMethods } from './sandbox.ts';
import { statusMethods } from './status.ts';

/** The engine of a console. Each method asks first whether its actor may. */
export function createEngine(parts: EngineParts): Engine {
  return {
    ...statusMethods(parts),
    ...operationMethods(parts),
    ...rejoinMethods(parts),
    ...galeraMethods(parts),
    ...sandboxMethods(parts),
    ...maintenanceMethods(parts),
    ...aftermathMethods(parts),
    ...dumpMethods(parts),
    ...newReplicaMethods(parts),
    ...peopleMethods(parts),
  };
}
