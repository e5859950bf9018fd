import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCluster } from '../../sandbox/cluster.ts';
import { errantTransaction, startReplication, stopReplication } from '../../sandbox/faults.ts';
import { followed } from '../../sandbox/replication.ts';
import { until } from '../../sandbox/until.ts';
import { startWriteLoad, verifyWrites } from '../../sandbox/write-load.ts';
import { startBaton } from '../testing/baton.ts';
import { Scene } from '../testing/scene.ts';
import { isReadOnly, writableOf } from '../testing/server-state.ts';

let scene: Scene;
beforeAll(async () => {
  const cluster = await createCluster({ replicas: 3 });
  scene = new Scene(cluster, await startBaton(cluster));
});
afterAll(async () => {
  await scene.stop();
});

/** Promotes it. Throws where it does not succeed. */
async function promoted(target: string): Promise<void> {
  const { outcome, summary } = await scene.baton.promote(target);
  if (!outcome?.startsWith('succeeded')) throw new Error(`${outcome}: ${summary}`);
}

/** db-1 is the primary again, and all follow it. */
async function homeAgain(): Promise<void> {
  const { primary } = scene.baton.watcher.snapshot();
  if (primary !== 'db-1') await promoted('db-1');
  await scene.level('db-1', ['db-2', 'db-3', 'db-4']);
}

test('mysqlmon_failover_manual: a dead primary, one command, its result', async () => {
  const { baton, cluster } = scene;
  await scene.write('db-1', 'before');
  await scene.level('db-1', ['db-2', 'db-3', 'db-4']);
  await scene.kill('db-1');
  const view = await baton.promote('db-2');
  expect(view).toMatchObject({ kind: 'failover', outcome: 'succeeded-with-follow-ups' });
  expect(await writableOf(cluster.servers)).toEqual(['db-2']);
  expect(await scene.has('db-2', 'before')).toBe(true);
  await scene.write('db-2', 'after');
  await scene.level('db-2', ['db-3', 'db-4']);
});

test('mysqlmon_rejoin_good: the old primary that comes back with nothing of its own is a replica again', async () => {
  const { baton, cluster } = scene;
  await scene.start('db-1');
  const view = await baton.rejoin('db-1');
  expect(view.outcome).toMatch(/^succeeded/);
  await scene.level('db-2', ['db-1', 'db-3', 'db-4']);
  expect(await isReadOnly(cluster.server('db-1'))).toBe(true);
  await homeAgain();
});

test('mysqlmon_rejoin_bad: one with an event that only it has does not join', async () => {
  const { baton, cluster } = scene;
  await scene.kill('db-1');
  expect((await baton.promote('db-2')).outcome).toMatch(/^succeeded/);
  await scene.write('db-2', 'the-cluster-went-on');
  await scene.start('db-1');
  const gtid = await errantTransaction(cluster.server('db-1'));
  await baton.watcher.lookNow();
  await expect(baton.rejoin('db-1')).rejects.toThrow(/transaction/);
  const extra = await baton.rejoins.extraTransactions('db-1');
  expect(extra.count).toBe(1);
  expect(JSON.stringify(extra)).toContain(gtid);
  expect(await followed(cluster.server('db-1'))).toBeNull();
  await scene.stop();
  const fresh = await createCluster({ replicas: 3 });
  scene = new Scene(fresh, await startBaton(fresh));
});

test('mysqlmon_rejoin_bad2: a replica that wrote something itself is not taken for the primary, nor promoted', async () => {
  const { cluster } = scene;
  await stopReplication(cluster.server('db-4'));
  const gtid = await errantTransaction(cluster.server('db-4'));
  await scene.write('db-1', 'meanwhile');
  expect(gtid).toMatch(/-4-/);
  expect(await scene.blocks('db-4')).toContain('errant-transactions');
  expect(scene.baton.watcher.snapshot().primary).toBe('db-1');
  expect((await scene.baton.promote('db-2')).outcome).toMatch(/^succeeded/);
  // Reported as not following, never as a success of its own.
  expect(scene.baton.watcher.snapshot().primary).toBe('db-2');
  await scene.stop();
  const fresh = await createCluster({ replicas: 3 });
  scene = new Scene(fresh, await startBaton(fresh));
});

test('mysqlmon_failover_no_slaves: three replicas that may not take over, each for its own reason, and nothing happens', async () => {
  await scene.stop();
  const cluster = await createCluster({
    replicas: 3,
    settingsOf: { 'db-3': { skip_log_bin: 1, log_slave_updates: 0 } },
  });
  scene = new Scene(cluster, await startBaton(cluster));
  await stopReplication(cluster.server('db-2'));
  await cluster.server('db-4').sql('STOP SLAVE', 'CHANGE MASTER TO MASTER_DELAY=600', 'START SLAVE');
  await scene.kill('db-1');
  expect(await scene.blocks('db-2')).toContain('target-sql-thread');
  expect(await scene.blocks('db-3')).toContain('target-log-bin');
  expect(await scene.blocks('db-4')).toContain('target-delay');
  for (const target of ['db-2', 'db-3', 'db-4']) {
    await expect(scene.baton.promote(target)).rejects.toMatchObject({ code: 'refused' });
  }
  expect(await writableOf(cluster.servers)).toEqual([]);
  await scene.stop();
  const fresh = await createCluster({ replicas: 3 });
  scene = new Scene(fresh, await startBaton(fresh));
});

test('mysqlmon_failover_readonly: a crashed replica that returns writable is made read-only before it can take over, and one that is down keeps nobody', async () => {
  const { baton, cluster } = scene;
  await scene.kill('db-3');
  await scene.start('db-3');
  await cluster.server('db-3').sql('SET GLOBAL read_only=0');
  await scene.kill('db-4');
  await scene.kill('db-1');
  const view = await baton.promote('db-2');
  expect(view.outcome).toBe('succeeded-with-follow-ups');
  expect(await writableOf(cluster.servers)).toEqual(['db-2']);
  expect(view.followUps.some(({ text }) => text.includes('db-4'))).toBe(true);
  await scene.start('db-1');
  await scene.start('db-4');
  for (const name of ['db-1', 'db-4']) expect((await baton.rejoin(name)).outcome).toMatch(/^succeeded/);
  await homeAgain();
});

test('mysqlmon_failover_rolling_master: each server dies as the primary, and is a replica again; all converge', async () => {
  const { baton, cluster } = scene;
  const load = startWriteLoad({ servers: cluster.servers, account: cluster.accounts.app, perSecond: 50 });
  await load.flowing();
  const names = ['db-1', 'db-2', 'db-3', 'db-4'];
  let lost = 0;
  for (const [index, dying] of names.entries()) {
    const next = names[(index + 1) % names.length] ?? 'db-1';
    await scene.kill(dying);
    // A replica that received more goes first; what none has is said to be lost.
    const ahead = (await baton.takeovers.plan({ target: next })).checks.find(
      ({ code, level }) => code === 'replica-ahead' && level === 'block',
    );
    const target = ahead?.server ?? next;
    expect((await baton.promote(target)).outcome).toMatch(/^succeeded/);
    await load.flowing();
    await scene.start(dying);
    const extra = await baton.rejoins.extraTransactions(dying);
    if (extra.count > 0) {
      lost += extra.count;
      break;
    }
    expect((await baton.rejoin(dying)).outcome).toMatch(/^succeeded/);
    if (target !== next) await promoted(next);
  }
  const { acknowledged } = await load.stop();
  const { primary } = baton.watcher.snapshot();
  const missing = await verifyWrites(cluster.server(primary ?? 'db-1'), acknowledged);
  expect(missing.length).toBeLessThanOrEqual(lost);
  await scene.stop();
  const fresh = await createCluster({ replicas: 3 });
  scene = new Scene(fresh, await startBaton(fresh));
});

test('mysqlmon_failover_rolling_restart_slaves: each replica restarts in turn under load, and a failover afterwards loses none', async () => {
  const { baton, cluster } = scene;
  const load = startWriteLoad({ servers: cluster.servers, account: cluster.accounts.app, perSecond: 50 });
  await load.flowing();
  for (const name of ['db-2', 'db-3', 'db-4']) {
    await cluster.server(name).restart();
    await load.flowing();
  }
  const { acknowledged } = await load.stop();
  await scene.level('db-1', ['db-2', 'db-3', 'db-4']);
  await scene.kill('db-1');
  expect((await baton.promote('db-3')).outcome).toMatch(/^succeeded/);
  expect(await verifyWrites(cluster.server('db-3'), acknowledged)).toEqual([]);
});

test('mysqlmon_failover_rejoin_old_slave: a replica that was down during the failover follows the new primary when it is back', async () => {
  const { baton } = scene;
  await scene.start('db-1');
  expect((await baton.rejoin('db-1')).outcome).toMatch(/^succeeded/);
  await scene.kill('db-4');
  await scene.kill('db-3');
  expect((await baton.promote('db-2')).outcome).toMatch(/^succeeded/);
  await scene.write('db-2', 'while-db-4-was-down');
  await scene.start('db-4');
  expect((await baton.rejoin('db-4')).outcome).toMatch(/^succeeded/);
  await scene.level('db-2', ['db-4']);
  expect(await scene.has('db-4', 'while-db-4-was-down')).toBe(true);
});

test('mysqlmon_detect_standalone_master: the last server left is the primary that it was, and takes writes', async () => {
  const { baton, cluster } = scene;
  for (const name of ['db-1', 'db-4']) await scene.kill(name);
  const { primary } = await baton.watcher.lookNow();
  expect(primary).toBe('db-2');
  expect(await isReadOnly(cluster.server('db-2'))).toBe(false);
  await scene.write('db-2', 'alone');
});

test('mxs1961_standalone_rejoin: what comes back beside the lone primary is joined to it, not taken for one', async () => {
  const { baton, cluster } = scene;
  for (const name of ['db-1', 'db-3', 'db-4']) {
    await scene.start(name);
    const snapshot = await baton.watcher.lookNow();
    expect(snapshot.primary).toBe('db-2');
    if ((await followed(cluster.server(name)))?.port === cluster.server('db-2').port) continue;
    expect((await baton.rejoin(name)).outcome).toMatch(/^succeeded/);
  }
  await scene.level('db-2', ['db-1', 'db-3', 'db-4']);
});

test('mysqlmon_rejoin_manual: a replica that somebody stopped and emptied of its primary joins by hand, position kept', async () => {
  const { baton, cluster } = scene;
  await cluster.server('db-4').sql('STOP SLAVE', 'RESET SLAVE ALL');
  await scene.write('db-2', 'manual');
  await baton.watcher.lookNow();
  expect((await baton.rejoin('db-4')).outcome).toMatch(/^succeeded/);
  await scene.level('db-2', ['db-4']);
  expect(await scene.has('db-4', 'manual')).toBe(true);
});

test('mariadbmon_broken_repl_master: a primary whose replicas all lost it is still the primary, and says what is wrong', async () => {
  const { baton, cluster } = scene;
  for (const name of ['db-1', 'db-3', 'db-4']) await stopReplication(cluster.server(name));
  const snapshot = await baton.watcher.lookNow();
  expect(snapshot.primary).toBe('db-2');
  expect(snapshot.problems.length).toBeGreaterThan(2);
  expect(await scene.blocks('db-1')).toContain('target-sql-thread');
  for (const name of ['db-1', 'db-3', 'db-4']) await startReplication(cluster.server(name));
  await scene.level('db-2', ['db-1', 'db-3', 'db-4']);
});

test('mysqlmon_failover_stress: the primary is killed again and again under load; nothing is lost but what is said', async () => {
  const { baton, cluster } = scene;
  // It was a replica when it was killed, and its own file starts it writable: the load would go there as well.
  await cluster.server('db-1').sql('SET GLOBAL read_only=1');
  await until(async () => (await writableOf(cluster.servers)).join() === 'db-2', { what: 'db-2 alone takes writes' });
  const load = startWriteLoad({ servers: cluster.servers, account: cluster.accounts.app, perSecond: 200, writers: 2 });
  await load.flowing();
  await scene.kill('db-2');
  let target = 'db-1';
  const ahead = (await baton.takeovers.plan({ target })).checks.find(
    ({ code, level }) => code === 'replica-ahead' && level === 'block',
  );
  target = ahead?.server ?? target;
  expect((await baton.promote(target)).outcome).toMatch(/^succeeded/);
  await load.flowing();
  const { acknowledged } = await load.stop();
  await scene.start('db-2');
  const extra = await baton.rejoins.extraTransactions('db-2');
  const missing = await verifyWrites(cluster.server(target), acknowledged);
  expect(missing.length).toBeLessThanOrEqual(extra.count);
});

test('mysqlmon_failover_stress_ss: with semi-sync nothing acknowledged is lost, and the new primary waits as the old one did', async () => {
  await scene.stop();
  const cluster = await createCluster({
    semiSync: true,
    settingsOf: { 'db-1': { rpl_semi_sync_master_timeout: 4321, rpl_semi_sync_master_wait_point: 'AFTER_SYNC' } },
  });
  scene = new Scene(cluster, await startBaton(cluster));
  const load = startWriteLoad({ servers: cluster.servers, account: cluster.accounts.app, perSecond: 200, writers: 4 });
  await load.flowing();
  await scene.kill('db-1');
  const ahead = (await scene.baton.takeovers.plan({ target: 'db-2' })).checks.find(
    ({ code, level }) => code === 'replica-ahead' && level === 'block',
  );
  const target = ahead?.server ?? 'db-2';
  expect((await scene.baton.promote(target)).outcome).toMatch(/^succeeded/);
  await load.flowing();
  const { acknowledged } = await load.stop();
  expect(await verifyWrites(cluster.server(target), acknowledged)).toEqual([]);
  const [row] = await cluster.server(target).sql(
    `SELECT CONCAT_WS(' ', @@rpl_semi_sync_master_enabled, @@rpl_semi_sync_master_timeout,
      @@rpl_semi_sync_master_wait_point, @@rpl_semi_sync_master_wait_no_slave) AS side`,
  );
  expect(row).toEqual({ side: 'ON 4321 AFTER_SYNC ON' });
});
