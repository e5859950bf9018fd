import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCluster, type SandboxCluster } from '../sandbox/cluster.ts';
import { openRelay, type Relay } from '../sandbox/relay.ts';
import { until } from '../sandbox/until.ts';
import { startWriteLoad, verifyWrites, type WriteLoad } from '../sandbox/write-load.ts';
import { atStatement, type Moment } from './testing/at-statement.ts';
import { startBaton, type TestBaton } from './testing/baton.ts';
import { isReadOnly, writableOf } from './testing/server-state.ts';

let cluster: SandboxCluster;
let baton: TestBaton;
let load: WriteLoad;
/** Between the console and db-1 alone: the replicas still hear it. */
let way: Relay;
beforeEach(async () => {
  cluster = await createCluster();
  way = await openRelay(() => cluster.server('db-1'));
  load = startWriteLoad({ servers: cluster.servers, account: cluster.accounts.app, perSecond: 100 });
  await load.flowing();
});
afterEach(async () => {
  cluster.server('db-1').thaw();
  await way.restore();
  await load.stop();
  await baton.stop();
  await way.close();
  await cluster.stop();
});

async function batonAt(moment: Moment | null, act: () => Promise<void> | void = () => undefined): Promise<void> {
  const servers = cluster.servers.map(({ name, host, port }) => ({
    name,
    host,
    port,
    ...(name === 'db-1' ? { reach: { host: way.host, port: way.port } } : {}),
  }));
  baton = await startBaton({ ...cluster, servers }, moment ? { onConnection: atStatement(moment, act) } : {});
}

const freeze = (): void => cluster.server('db-1').freeze();
const seen = async (kind: 'up' | 'unreachable'): Promise<void> =>
  await until(() => baton.watcher.observationOf('db-1')?.kind === kind, { what: `db-1 is seen to be ${kind}` });

async function took<T>(work: Promise<T>): Promise<[T, number]> {
  const started = performance.now();
  return [await work, performance.now() - started];
}

describe('a primary that accepts connections and says nothing', () => {
  test('at the time of the plan: the plan comes all the same, and is a failover that must be accepted as unfenced', async () => {
    await batonAt(null);
    freeze();
    const [plan, tookMs] = await took(baton.takeovers.plan({ target: 'db-2' }));
    expect(tookMs).toBeLessThan(10_000);
    expect(plan.kind).toBe('failover');
    expect(plan.checks.filter(({ level }) => level === 'block').map(({ code }) => code)).toEqual(['unfenced']);
  });

  test('before the freeze: nothing is changed, and nobody is told that it takes writes', async () => {
    await batonAt({ when: 'after', statement: 'GET_LOCK', on: 'db-3' }, freeze);
    const [view, tookMs] = await took(baton.promote('db-2'));
    expect(view.outcome).toBe('failed-restored');
    expect(view.summary).toContain('Nothing is left changed, but db-1 does not answer');
    expect(tookMs).toBeLessThan(12_000);
    cluster.server('db-1').thaw();
    await load.flowing();
    expect(await writableOf(cluster.servers)).toEqual(['db-1']);
  });

  test('during the freeze: a failover is free within seconds, and the old primary is not writable beside it', async () => {
    await batonAt({ when: 'after', statement: 'FLUSH TABLES WITH READ LOCK', on: 'db-1' }, freeze);
    const [view, tookMs] = await took(baton.promote('db-2'));
    expect(tookMs).toBeLessThan(16_000);
    expect(view.outcome).toBe('failed-needs-hands');
    expect(view.summary).toContain('NOT restored: db-1 does not answer, so nobody takes writes.');
    expect(view.followUps[0]).toMatchObject({ command: 'baton promote erp5/db-2 --failover' });
    await seen('unreachable');
    const failover = await baton.promote('db-2', { kind: 'failover', accept: ['unfenced'] });
    expect(failover.outcome).toBe('succeeded-with-follow-ups');
    await load.flowing();
    cluster.server('db-1').thaw();
    await seen('up');
    await baton.takeovers.returned('db-1');
    expect(await writableOf(cluster.servers)).toEqual(['db-2']);
    const { acknowledged } = await load.stop();
    expect(await verifyWrites(cluster.server('db-2'), acknowledged)).toEqual([]);
  });

  test('during the freeze, and it comes back before anybody failed over: it takes writes again by itself', async () => {
    await batonAt({ when: 'after', statement: 'FLUSH TABLES WITH READ LOCK', on: 'db-1' }, freeze);
    const view = await baton.promote('db-2');
    expect(view.outcome).toBe('failed-needs-hands');
    await seen('unreachable');
    cluster.server('db-1').thaw();
    await seen('up');
    const late = await baton.takeovers.returned('db-1');
    expect(late).toMatchObject({ id: view.id, outcome: 'failed-restored', followUps: [] });
    expect(late?.summary).toContain('Restored late: db-1 answered again, and takes writes again.');
    expect(await baton.operations.get(view.id)).toEqual(late);
    await load.flowing();
    expect(await writableOf(cluster.servers)).toEqual(['db-1']);
    // A second look finds nothing to do.
    expect(await baton.takeovers.returned('db-1')).toBeNull();
  });

  test('behind the point of no return: the takeover succeeds, and a rejoin is left to do', async () => {
    await batonAt({ when: 'after', statement: 'SET GLOBAL read_only=0', on: 'db-2' }, freeze);
    const view = await baton.promote('db-2');
    await load.flowing();
    expect(view.outcome).toBe('succeeded-with-follow-ups');
    expect(view.followUps.map(({ command }) => command)).toContain('baton rejoin erp5/db-1');
    cluster.server('db-1').thaw();
    expect(await isReadOnly(cluster.server('db-1'))).toBe(true);
    await seen('up');
    const rejoined = await baton.rejoin('db-1');
    expect(rejoined.outcome).toMatch(/^succeeded/);
    expect(await writableOf(cluster.servers)).toEqual(['db-2']);
  });
});

describe('a way to the primary that swallows everything', () => {
  test('S6: before the freeze: nothing is changed, and the failover is refused while a replica hears it', async () => {
    await batonAt({ when: 'after', statement: 'GET_LOCK', on: 'db-3' }, () => way.blackHole());
    const view = await baton.promote('db-2');
    expect(view.outcome).toBe('failed-restored');
    await seen('unreachable');
    // Both receive while they are looked at, one after the other: which of them has more is chance.
    const accept = ['unfenced', 'replica-ahead'];
    const failover = await baton.promote('db-2', { kind: 'failover', accept });
    expect(failover.outcome).toBe('failed-restored');
    expect(failover.summary).toContain('db-1 is alive for its replicas');
    await load.flowing();
    expect(await writableOf(cluster.servers)).toEqual(['db-1']);
  });

  test('S6b: during the freeze: once it opens again the primary takes writes, and nothing acknowledged is missing', async () => {
    await batonAt({ when: 'after', statement: 'FLUSH TABLES WITH READ LOCK', on: 'db-1' }, () => way.blackHole());
    const view = await baton.promote('db-2');
    expect(view.outcome).toBe('failed-needs-hands');
    await seen('unreachable');
    // The server gives the read lock up by itself: its holder is silent.
    await until(
      async () =>
        (await cluster.server('db-1').sql("SELECT 1 FROM information_schema.PROCESSLIST WHERE USER='baton_operate'"))
          .length === 0,
      { what: 'db-1 has ended the silent connections' },
    );
    await way.restore();
    await seen('up');
    expect(await baton.takeovers.returned('db-1')).toMatchObject({ id: view.id, outcome: 'failed-restored' });
    await load.flowing();
    expect(await writableOf(cluster.servers)).toEqual(['db-1']);
    const { acknowledged } = await load.stop();
    expect(await verifyWrites(cluster.server('db-1'), acknowledged)).toEqual([]);
  });
});
