import { afterAll, beforeAll } from 'vitest';
import type { GaleraOptions } from '../../sandbox/galera/galera-cluster.ts';
import type { SandboxServer } from '../../sandbox/server-process.ts';
import { recoveryDesk, type RecoveryDesk } from './recovery-desk.ts';
import { galeraStage, type GaleraStage } from './stage.ts';

/** For tests: three nodes and a console for all tests of a file, from before the first to behind the last. */
export interface OnStage {
  readonly stage: GaleraStage;
  readonly desk: RecoveryDesk;
  readonly names: readonly string[];
  readonly all: () => SandboxServer[];
  /** kill -9 of all at once. */
  readonly killAll: () => Promise<void>;
}

export function onStage(options: () => GaleraOptions = () => ({})): OnStage {
  let stage: GaleraStage | null = null;
  let desk: RecoveryDesk | null = null;
  beforeAll(async () => {
    stage = await galeraStage(options());
    desk = await recoveryDesk(stage);
  });
  afterAll(async () => {
    desk?.close();
    await stage?.stop();
  });
  const all = (): SandboxServer[] => [...there(stage).cluster.servers];
  return {
    get stage() {
      return there(stage);
    },
    get desk() {
      return there(desk);
    },
    names: ['db-1', 'db-2', 'db-3'],
    all,
    killAll: async () => void (await Promise.all(all().map(async (node) => await node.kill()))),
  };
}

function there<T>(one: T | null): T {
  if (one === null) throw new Error('the stage stands only while tests run');
  return one;
}
