import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Operation } from '../contract/operation.ts';
import { createCluster, type SandboxCluster } from '../sandbox/cluster.ts';
import { caughtUp } from '../sandbox/replication.ts';
import { until } from '../sandbox/until.ts';
import { startWriteLoad, verifyWrites, type WriteLoad } from '../sandbox/write-load.ts';
import { connect, type Connection } from '../store/connection.ts';
import { mainMigrations } from '../store/main-migrations.ts';
import { migrate } from '../store/migrate.ts';
import { sampleMigrations } from '../store/sample-migrations.ts';
import { sqliteStore } from '../store/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { atStatement, type Moment } from './testing/at-statement.ts';
import { startBaton } from './testing/baton.ts';
import { writableOf } from './testing/server-state.ts';

let cluster: SandboxCluster;
let load: WriteLoad;
let main: Connection;
let store: Store;
beforeEach(async () => {
  cluster = await createCluster();
  load = startWriteLoad({ servers: cluster.servers, account: cluster.accounts.app, perSecond: 100 });
  main = await connect(file(), 'full');
  await migrate(main, mainMigrations, 0);
  const samples = await connect(`${file()}.samples`, 'normal');
  await migrate(samples, sampleMigrations, 0);
  store = sqliteStore(main, samples);
  await load.flowing();
});
afterEach(async () => {
  await load.stop();
  await cluster.stop();
});

const file = (): string => join(cluster.dir, 'store', 'console.sqlite');

interface Fault {
  readonly words: RegExp;
  /** Breaks the store under that operation, and answers what mends it. */
  readonly inflict: (operationId: string) => Promise<() => Promise<void>>;
}

const faults: Readonly<Record<string, Fault>> = {
  'locked by another process': {
    words: /is locked by another process/,
    async inflict() {
      const other = new DatabaseSync(file());
      other.prepare('BEGIN EXCLUSIVE').run();
      return async () => other.close();
    },
  },
  'read-only': {
    words: /it is read-only/,
    async inflict() {
      // SQLite answers the same for a file system that was mounted read-only.
      await main.pragma('PRAGMA query_only = 1');
      return async () => void (await main.pragma('PRAGMA query_only = 0'));
    },
  },
  'on a full disk': {
    words: /the disk is full/,
    async inflict(operationId) {
      // And the same when a page count is reached as when the disk has no more pages; first all room in them is used up.
      await main.pragma('PRAGMA max_page_count = 1');
      const data = JSON.stringify({ data: null, carried: [] });
      const fill = async (): Promise<void> => {
        await store.journal.append([{ operationId, at: 0, step: '', kind: 'note', data }]);
        await fill();
      };
      await fill().catch(() => undefined);
      return async () => void (await main.pragma('PRAGMA max_page_count = 1000000'));
    },
  },
};

async function promoteWith(moment: Moment, inflict: Fault['inflict']): Promise<{ view: Operation; whole: Operation }> {
  const mending: (() => Promise<void>)[] = [];
  const onConnection = atStatement(moment, async () => {
    mending.push(await inflict(baton.published.at(-1)?.id ?? ''));
  });
  const baton = await startBaton(cluster, { store, onConnection });
  try {
    const view = await baton.promote('db-2');
    for (const mend of mending.splice(0)) await mend();
    // What could not be written is written when the store is back: nobody finds an operation without an end.
    await until(async () => (await store.journal.get(view.id))?.outcome === view.outcome, { what: 'its end is kept' });
    return { view, whole: await baton.operations.get(view.id) };
  } finally {
    for (const mend of mending.splice(0)) await mend();
    await baton.stop();
  }
}

async function expectPrimary(primary: string): Promise<void> {
  await load.flowing();
  expect(await writableOf(cluster.servers)).toEqual([primary]);
  const { acknowledged } = await load.stop();
  for (const server of cluster.servers) {
    if (server.name !== primary) await caughtUp(server, cluster.server(primary));
    expect(await verifyWrites(server, acknowledged)).toEqual([]);
  }
}

describe.each(Object.entries(faults))('a store that is %s', (_, { words, inflict }) => {
  test.each([
    ['before the freeze', { when: 'after', statement: 'GET_LOCK', on: 'db-3' }],
    ['between the freeze and the opening', { when: 'after', statement: 'FLUSH TABLES WITH READ LOCK', on: 'db-1' }],
  ] as const)('S8: %s: the takeover is undone, says why, and the old primary takes writes', async (_when, moment) => {
    const { view, whole } = await promoteWith(moment, inflict);
    expect(view.outcome).toBe('failed-restored');
    expect(view.summary).toMatch(words);
    expect(view.summary).toContain('Restored: db-1 takes writes again.');
    expect(whole).toEqual(view);
    await expectPrimary('db-1');
  });

  test('S8b: after the opening: the takeover goes on to its end', async () => {
    const moment = { when: 'after', statement: 'SET GLOBAL read_only=0', on: 'db-2' } as const;
    const { view, whole } = await promoteWith(moment, inflict);
    expect(view.outcome).toBe('succeeded-with-follow-ups');
    expect(view.steps.filter(({ error }) => error !== null)).toEqual([]);
    expect(whole).toEqual(view);
    await expectPrimary('db-2');
  });
});

test.each([
  ['before the freeze', { when: 'after', statement: 'GET_LOCK', on: 'db-3' }],
  ['between the freeze and the opening', { when: 'after', statement: 'FLUSH TABLES WITH READ LOCK', on: 'db-1' }],
  ['after the opening', { when: 'after', statement: 'SET GLOBAL read_only=0', on: 'db-2' }],
] as const)('a store that is deleted with its folder %s ends nothing half-done', async (_, moment) => {
  const baton = await startBaton(cluster, {
    store,
    onConnection: atStatement(moment, async () => await rm(join(cluster.dir, 'store'), { recursive: true })),
  });
  const view = await baton.promote('db-2');
  await baton.stop();
  // The open file outlives its name: what SQLite makes of that differs, a half-done takeover is none of it.
  expect(view.outcome).toMatch(/^(succeeded-with-follow-ups|failed-restored)$/);
  await expectPrimary(view.outcome === 'failed-restored' ? 'db-1' : 'db-2');
});
