import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { KnownPosition } from '../../contract/galera.ts';
import { Operations } from '../../operations/operations.ts';
import { openStore } from '../../store/open-store.ts';
import { PositionRecords } from '../recovery/records.ts';
import { createRecoveries, type Recoveries } from '../recovery/recoveries.ts';
import type { GaleraStage } from './stage.ts';

/** For tests: recoveries of a stage with a real store, as a console has them. */
export interface RecoveryDesk {
  readonly recoveries: Recoveries;
  readonly operations: Operations;
  setFloor(floor: KnownPosition): Promise<void>;
  close(): void;
}

let desks = 0;

export async function recoveryDesk(stage: GaleraStage): Promise<RecoveryDesk> {
  desks += 1;
  const store = await openStore(`sqlite://${join(stage.cluster.dir, 'console.sqlite')}`);
  const now = Date.now;
  const operations = new Operations({
    journal: store.journal,
    leases: store.leases,
    memory: store.memory,
    now,
    newId: randomUUID,
    holder: `desk-${desks}`,
    onOperation: () => undefined,
  });
  const members = stage.cluster.servers.map(({ name }) => name);
  const recoveries = createRecoveries({
    cluster: { name: 'wiki', members },
    agent: (node) => stage.agent(node),
    operations,
    memory: store.memory,
    now,
    newId: randomUUID,
  });
  return {
    recoveries,
    operations,
    setFloor: async (floor) => await new PositionRecords(store.memory, 'wiki', now).setFloor(floor),
    close: () => void store.close(),
  };
}
