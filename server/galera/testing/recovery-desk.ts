import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { KnownPosition } from '../../contract/galera.ts';
import type { Operation } from '../../contract/operation.ts';
import { Operations } from '../../operations/operations.ts';
import { openStore } from '../../store/open-store.ts';
import { PositionRecords } from '../recovery/records.ts';
import { createRecoveries, type Recoveries } from '../recovery/recoveries.ts';
import type { GaleraAgent } from '../agent.ts';
import type { GaleraStage } from './stage.ts';

/** For tests: recoveries of a stage with a real store, as a console has them. */
export interface RecoveryDesk {
  readonly holder: string;
  readonly recoveries: Recoveries;
  readonly operations: Operations;
  /** Reviews, clicks and waits for the end. */
  recover(asked?: { readonly node?: string; readonly confirm?: string }): Promise<Operation>;
  setFloor(floor: KnownPosition): Promise<void>;
  close(): void;
}

let desks = 0;

/** `agent` stands before the stage's own; `after`: the consoles whose process is gone, and whose work this one takes up. */
export async function recoveryDesk(
  stage: GaleraStage,
  options: { readonly agent?: (node: string) => GaleraAgent; readonly after?: readonly RecoveryDesk[] } = {},
): Promise<RecoveryDesk> {
  desks += 1;
  const holder = `desk-${desks}`;
  const store = await openStore(`sqlite://${join(stage.cluster.dir, 'console.sqlite')}`);
  const now = Date.now;
  const operations = new Operations({
    journal: store.journal,
    leases: store.leases,
    memory: store.memory,
    now,
    newId: randomUUID,
    holder,
    isGone: (other) => options.after?.some((desk) => desk.holder === other) ?? false,
    onOperation: () => undefined,
  });
  const members = stage.cluster.servers.map(({ name }) => name);
  const recoveries = createRecoveries({
    cluster: { name: 'wiki', members },
    agent: options.agent ?? ((node) => stage.agent(node)),
    operations,
    memory: store.memory,
    now,
    newId: randomUUID,
  });
  return {
    holder,
    recoveries,
    operations,
    async recover(asked = {}) {
      const { id } = await recoveries.plan();
      const { operationId } = await recoveries.start({ planId: id, actor: 'ana', ...asked });
      return await operations.ended(operationId);
    },
    setFloor: async (floor) => await new PositionRecords(store.memory, 'wiki', now).setFloor(floor),
    close: () => void store.close(),
  };
}
