import { afterEach, describe, expect, test } from 'vitest';
import type { ServerFacts } from '../../mariadb/server-facts.ts';
import { text } from '../../mariadb/row.ts';
import { createCluster, type SandboxCluster } from '../../sandbox/cluster.ts';
import { startWriteLoad, verifyWrites, type WriteLoad } from '../../sandbox/write-load.ts';
import type { Watcher } from '../../topology/watcher.ts';
import type { TakeoversParts } from '../parts.ts';
import { startBaton, type TestBaton } from '../testing/baton.ts';
import { Scene } from '../testing/scene.ts';
import { writableOf } from '../testing/server-state.ts';

let cluster: SandboxCluster;
let baton: TestBaton;
let load: WriteLoad;
afterEach(async () => {
  await load.stop();
  await baton.stop();
  await cluster.stop();
});

const older = (facts: ServerFacts): ServerFacts => ({
  ...facts,
  capabilities: { ...facts.capabilities, demoteToReplica: false },
});

/** The watch, as of servers before 10.10: MASTER_DEMOTE_TO_SLAVE is not known there. */
function withoutDemote(watcher: Watcher): TakeoversParts['watch'] {
  return {
    snapshot: () => watcher.snapshot(),
    lookNow: async () => await watcher.lookNow(),
    observationOf: (server) => watcher.observationOf(server),
    factsOf(server) {
      const found = watcher.factsOf(server);
      return found && { ...found, facts: older(found.facts) };
    },
    lastPrimary: () => watcher.lastPrimary(),
    remembered: async (server) => await watcher.remembered(server),
    primaryIs: async (server) => await watcher.primaryIs(server),
    markDetached: async (server) => await watcher.markDetached(server),
  };
}

describe('there and back three times, gtid_strict_mode × MASTER_DEMOTE_TO_SLAVE', () => {
  test.for([
    { strict: 1, demote: true },
    { strict: 1, demote: false },
    { strict: 0, demote: true },
    { strict: 0, demote: false },
  ])(
    'strict $strict, demote $demote: nothing is lost, and no position is left that the next drain would wait for',
    async ({ strict, demote }) => {
      cluster = await createCluster({ settings: { gtid_strict_mode: strict } });
      baton = await startBaton(cluster, demote ? {} : { watch: withoutDemote });
      load = startWriteLoad({ servers: cluster.servers, account: cluster.accounts.app, perSecond: 100 });
      await load.flowing();
      const statements: string[] = [];
      for (const target of ['db-2', 'db-1', 'db-3', 'db-2']) {
        const view = await baton.promote(target);
        expect(view.steps.filter(({ error }) => error !== null)).toEqual([]);
        statements.push(...view.steps.flatMap((step) => step.statements));
        await load.flowing();
      }
      expect(statements.some((words) => words.includes('MASTER_DEMOTE_TO_SLAVE'))).toBe(demote);
      expect(statements.some((words) => words.includes('SET GLOBAL gtid_slave_pos'))).toBe(!demote);
      expect(statements.join(' ')).not.toMatch(/current_pos,|RESET MASTER/);
      const { acknowledged } = await load.stop();
      await new Scene(cluster, baton).level('db-2', ['db-1', 'db-3']);
      for (const server of cluster.servers) {
        expect(await verifyWrites(server, acknowledged)).toEqual([]);
        const rows = await server.sql('SHOW ALL SLAVES STATUS');
        expect(rows.map((row) => text(row, 'Using_Gtid'))).toEqual(server.name === 'db-2' ? [] : ['Slave_Pos']);
      }
    },
  );
});

test('each server writes in a domain of its own: only the domains that lack something are waited for', async () => {
  cluster = await createCluster({
    settingsOf: { 'db-1': { gtid_domain_id: 1 }, 'db-2': { gtid_domain_id: 2 }, 'db-3': { gtid_domain_id: 3 } },
  });
  baton = await startBaton(cluster);
  load = startWriteLoad({ servers: cluster.servers, account: cluster.accounts.app, perSecond: 100 });
  await load.flowing();
  for (const target of ['db-2', 'db-3', 'db-1', 'db-2']) {
    const view = await baton.promote(target);
    expect(view.steps.filter(({ error }) => error !== null)).toEqual([]);
    await load.flowing();
  }
  const { acknowledged } = await load.stop();
  await new Scene(cluster, baton).level('db-2', ['db-1', 'db-3']);
  for (const server of cluster.servers) expect(await verifyWrites(server, acknowledged)).toEqual([]);
  // One that wrote in a domain that nobody else has is found by domain and server id.
  await cluster
    .server('db-3')
    .sql('SET SESSION gtid_domain_id=7', "INSERT INTO shop.orders (uid) VALUES ('own-domain')");
  await baton.watcher.lookNow();
  const { checks } = await baton.takeovers.plan({ target: 'db-3' });
  expect(checks.find(({ code }) => code === 'errant-transactions')).toMatchObject({
    level: 'block',
    text: expect.stringContaining('7-3-1'),
  });
});

test('semi-sync changes sides with the roles, numbers kept, and an undo leaves both sides as they were', async () => {
  cluster = await createCluster({
    semiSync: true,
    settingsOf: { 'db-1': { rpl_semi_sync_master_timeout: 4321, rpl_semi_sync_slave_enabled: 0 } },
  });
  baton = await startBaton({ ...cluster, budgetSeconds: 10, longWriteSeconds: 1 });
  load = startWriteLoad({ servers: cluster.servers, account: cluster.accounts.app, perSecond: 50 });
  await load.flowing();
  const sides = async (): Promise<Record<string, string>> => {
    const each = cluster.servers.map(async (server) => {
      const [row] = await server.sql(
        `SELECT CONCAT_WS(' ', @@rpl_semi_sync_master_enabled, @@rpl_semi_sync_slave_enabled,
          @@rpl_semi_sync_master_wait_no_slave, @@rpl_semi_sync_master_timeout) AS sides`,
      );
      return [server.name, row ? text(row, 'sides') : ''] as const;
    });
    return Object.fromEntries(await Promise.all(each));
  };
  const before = await sides();
  expect(before).toEqual({ 'db-1': 'ON OFF ON 4321', 'db-2': 'OFF ON ON 10000', 'db-3': 'OFF ON ON 10000' });
  const lock = await cluster.server('db-1').session();
  await lock.query('LOCK TABLES shop.orders WRITE', { timeoutMs: 5_000 });
  const failed = await baton.promote('db-2');
  lock.destroy();
  expect(failed.outcome).toBe('failed-restored');
  expect(await sides()).toEqual(before);
  await load.flowing();
  const view = await baton.promote('db-2');
  expect(view.steps.filter(({ error }) => error !== null)).toEqual([]);
  expect(await sides()).toEqual({ 'db-1': 'OFF ON ON 4321', 'db-2': 'ON OFF ON 4321', 'db-3': 'OFF ON ON 10000' });
  const [clients] = await cluster.server('db-2').sql("SHOW GLOBAL STATUS LIKE 'Rpl_semi_sync_master_clients'");
  expect(clients && text(clients, 'Value')).toBe('2');
  expect(view.writeOutageMs).toBeLessThan(2_000);
});

test('a wrong replication password is found before anything is frozen, from the server that would follow', async () => {
  cluster = await createCluster();
  load = startWriteLoad({ servers: cluster.servers, account: cluster.accounts.app, perSecond: 50 });
  await load.flowing();
  const wrong = { ...cluster.accounts, replication: { ...cluster.accounts.replication, password: 'wrong' } };
  baton = await startBaton({ ...cluster, accounts: wrong });
  await expect(baton.promote('db-2')).rejects.toThrow(/replication_user does not sign in to db-2: .*Access denied/);
  expect(baton.published).toEqual([]);
  expect(await writableOf(cluster.servers)).toEqual(['db-1']);
});
