import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connect } from '../mariadb/connection.ts';
import { createCluster, type SandboxCluster } from '../sandbox/cluster.ts';
import { globalReadLock, tableLock, type Held } from '../sandbox/faults.ts';
import { openRelay } from '../sandbox/relay.ts';
import { caughtUp } from '../sandbox/replication.ts';
import { startWritableProbe, type WritableProbe } from '../sandbox/writable-probe.ts';
import { startWriteLoad, verifyWrites, type WriteLoad } from '../sandbox/write-load.ts';
import { atStatement, type Moment } from './testing/at-statement.ts';
import { startBaton, type TestBaton } from './testing/baton.ts';
import { writableOf } from './testing/server-state.ts';

let cluster: SandboxCluster;
let baton: TestBaton;
let load: WriteLoad;
let probe: WritableProbe;
const held: Held[] = [];
beforeEach(async () => {
  cluster = await createCluster({ parallelThreads: 4 });
  load = startWriteLoad({ servers: cluster.servers, account: cluster.accounts.app, perSecond: 100, writers: 2 });
  probe = startWritableProbe({ servers: cluster.servers, account: cluster.accounts.app });
  await load.flowing();
});
afterEach(async () => {
  await letGo();
  await load.stop();
  await probe.stop();
  await baton.stop();
  await cluster.stop();
});

async function letGo(): Promise<void> {
  for (const one of held.splice(0)) await one.release();
}

async function batonAt(moment: Moment, act: () => Promise<void>): Promise<void> {
  baton = await startBaton({ ...cluster, longWriteSeconds: 2 }, { onConnection: atStatement(moment, act) });
}

/** Writes pass on that server, nobody else ever took any beside it, the others follow, and nothing acknowledged is missing. */
async function expectWhole(primary: string): Promise<void> {
  await load.flowing(20_000);
  expect(await writableOf(cluster.servers)).toEqual([primary]);
  expect((await probe.stop()).overlaps).toEqual([]);
  const { acknowledged } = await load.stop();
  for (const server of cluster.servers) {
    if (server.name !== primary) await caughtUp(server, cluster.server(primary));
    expect(await verifyWrites(server, acknowledged)).toEqual([]);
  }
}

const locks = [
  ['LOCK TABLES', tableLock],
  ['FLUSH TABLES WITH READ LOCK', globalReadLock],
] as const;

describe('STOP SLAVE that blocks', () => {
  test.each(locks)(
    'nobody-tests b: on a parallel replica behind %s is freed, and the replica follows without a loss',
    async (_, hold) => {
      baton = await startBaton(cluster);
      held.push(await hold(cluster.server('db-3')));
      await load.flowing();
      await load.flowing();
      const view = await baton.promote('db-2');
      await letGo();
      expect(view.steps.filter(({ error }) => error !== null)).toEqual([]);
      expect(view.steps.find((step) => step.id === 're-point-others')?.statements.join('\n')).toMatch(
        /KILL CONNECTION/,
      );
      await expectWhole('db-2');
    },
  );

  test.each(locks)(
    'behind %s on the target does not keep it from being promoted, and the lock is told',
    async (_, hold) => {
      await batonAt({ when: 'before', statement: 'STOP SLAVE', on: 'db-2' }, async () => {
        held.push(await hold(cluster.server('db-2')));
      });
      const view = await baton.promote('db-2');
      expect(view.outcome).toBe('succeeded-with-follow-ups');
      expect(view.followUps.map(({ text }) => text).join('\n')).toMatch(
        /Nothing is written on db-2: \d+ sessions? waits? for a lock there/,
      );
      await letGo();
      await expectWhole('db-2');
    },
  );
});

describe('SET GLOBAL read_only that blocks', () => {
  test('nobody-tests c: behind LOCK TABLES is given up within seconds, and writes pass again on the old primary', async () => {
    await batonAt({ when: 'before', statement: 'SET GLOBAL read_only=1', on: 'db-1' }, async () => {
      held.push(await tableLock(cluster.server('db-1')));
    });
    const view = await baton.promote('db-2');
    expect(view).toMatchObject({ outcome: 'failed-restored', followUps: [] });
    expect(view.summary).toMatch(/Lock wait timeout exceeded.* Restored: db-1 takes writes again\./);
    await letGo();
    await expectWhole('db-1');
  });

  test('nobody-tests c: behind FLUSH TABLES WITH READ LOCK it does not: who holds it is ended like every client', async () => {
    await batonAt({ when: 'before', statement: 'SET GLOBAL read_only=1', on: 'db-1' }, async () => {
      held.push(await globalReadLock(cluster.server('db-1')));
    });
    const view = await baton.promote('db-2');
    expect(view.steps.filter(({ error }) => error !== null)).toEqual([]);
    await expectWhole('db-2');
  });
});

test('a read lock on the old primary whose client has vanished is ended, and its server is a replica afterwards', async () => {
  const way = await openRelay(() => cluster.server('db-1'));
  const { user, password } = cluster.accounts.root;
  await batonAt({ when: 'before', statement: 'SET GLOBAL read_only=1', on: 'db-1' }, async () => {
    const client = await connect({ host: way.host, port: way.port, user, password }, 5_000);
    await client.query('FLUSH TABLES WITH READ LOCK', { timeoutMs: 5_000 });
    // The server hears nothing of its end.
    await way.blackHole();
    client.destroy();
  });
  const view = await baton.promote('db-2');
  expect(view.steps.filter(({ error }) => error !== null)).toEqual([]);
  await expectWhole('db-2');
  await way.close();
});
