import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Operation } from '../contract/operation.ts';
import type { Connection } from '../mariadb/connection.ts';
import { SqlError } from '../mariadb/sql-error.ts';
import { createCluster, type SandboxCluster } from '../sandbox/cluster.ts';
import { until } from '../sandbox/until.ts';
import { startWriteLoad, type WriteLoad } from '../sandbox/write-load.ts';
import { atStatement } from './testing/at-statement.ts';
import { startBaton, type TestBaton } from './testing/baton.ts';
import { isReadOnly, writableOf } from './testing/server-state.ts';

let cluster: SandboxCluster;
let baton: TestBaton;
let load: WriteLoad;
beforeEach(async () => {
  cluster = await createCluster();
  load = startWriteLoad({ servers: cluster.servers, account: cluster.accounts.app, perSecond: 100 });
  await load.flowing();
});
afterEach(async () => {
  await load.stop();
  await baton.stop();
  await cluster.stop();
});

/** Promotes db-2; `act` happens once, before or after the statement on that server. */
async function promoteWith(
  when: 'before' | 'after',
  statement: string,
  on: string,
  act: () => Promise<void>,
): Promise<{ view: Operation; tookMs: number }> {
  baton = await startBaton(cluster, { onConnection: atStatement({ when, statement, on }, act) });
  const started = performance.now();
  const view = await baton.promote('db-2', { kind: 'switchover' });
  return { view, tookMs: performance.now() - started };
}

const followUpTexts = (view: Operation): string[] => view.followUps.map(({ text }) => text);

test('an old primary that dies under its own freeze is not waited for: the failover is named, and works at once', async () => {
  const { view, tookMs } = await promoteWith('after', 'FLUSH TABLES WITH READ LOCK', 'db-1', async () => {
    await cluster.server('db-1').kill();
  });
  expect(tookMs).toBeLessThan(10_000);
  expect(view.outcome).toBe('failed-needs-hands');
  expect(view.summary).toMatch(
    /NOT restored: db-1 does not answer, so nobody takes writes\. Promote db-2 \(a failover\)/,
  );
  expect(view.followUps[0]).toMatchObject({ command: 'baton promote erp5/db-2 --failover' });
  expect(view.steps.some(({ state }) => state === 'running' || state === 'pending')).toBe(false);
  await until(() => baton.watcher.observationOf('db-1')?.kind === 'unreachable', { what: 'db-1 is seen to be gone' });
  const failover = await baton.promote('db-2', { kind: 'failover' });
  expect(failover.outcome).toMatch(/^succeeded/);
  expect(await writableOf(cluster.servers)).toEqual(['db-2']);
});

test('a new primary that dies once it is open is told: it does not answer, nobody takes writes, promote another', async () => {
  const { view, tookMs } = await promoteWith('after', 'SET GLOBAL read_only=0', 'db-2', async () => {
    await cluster.server('db-2').kill();
  });
  expect(tookMs).toBeLessThan(20_000);
  expect(view.outcome).toBe('failed-needs-hands');
  expect(view.summary).toContain('db-2 was made the primary and does not answer: nobody takes writes.');
  expect(view.summary).not.toMatch(/restored|nothing was lost/i);
  expect(view.followUps.map(({ command }) => command)).toContain('baton promote erp5/db-3 --failover');
  expect(await writableOf(cluster.servers)).toEqual([]);
});

test('an old primary with transactions of its own is told, and nobody is given a statement that re-points it over them', async () => {
  const { view } = await promoteWith('after', 'UNLOCK TABLES', 'db-1', async () => {
    await cluster.server('db-1').sql("INSERT INTO shop.orders (uid) VALUES ('slipped-in')");
  });
  expect(view.outcome).toBe('succeeded-with-follow-ups');
  expect(view.summary).toMatch(/db-1 has 1 transaction of its own, above .* db-2 lacks them/);
  expect(view.summary).not.toContain('nothing was lost');
  expect(followUpTexts(view).filter((text) => text.includes('db-1 has 1 transaction'))).toHaveLength(1);
  expect(view.followUps.filter(({ command }) => command?.includes('MASTER_DEMOTE_TO_SLAVE'))).toEqual([]);
  expect(await isReadOnly(cluster.server('db-1'))).toBe(true);
  expect(await writableOf(cluster.servers)).toEqual(['db-2']);
});

test('clients that take every connection of the old primary while it is frozen do not keep it from being restored', async () => {
  const held: Connection[] = [];
  const { view } = await promoteWith('before', 'STOP SLAVE', 'db-2', async () => {
    const primary = cluster.server('db-1');
    await primary.sql('SET GLOBAL max_connections=10');
    const fill = async (): Promise<void> => {
      held.push(await primary.session());
      await fill();
    };
    await expect(fill()).rejects.toThrow(/Too many connections/);
    throw new SqlError('statement', 1205, 'the target refuses');
  });
  for (const connection of held) connection.destroy();
  expect(view.outcome).toBe('failed-restored');
  expect(await writableOf(cluster.servers)).toEqual(['db-1']);
});
