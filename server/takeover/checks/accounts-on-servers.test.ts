import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCluster, type SandboxCluster } from '../../sandbox/cluster.ts';
import { checksOf } from '../testing/real-checks.ts';
import { startBaton, type TestBaton } from '../testing/baton.ts';

let cluster: SandboxCluster;
let baton: TestBaton;
beforeAll(async () => {
  cluster = await createCluster();
  baton = await startBaton(cluster);
});
afterAll(async () => {
  await baton.stop();
  await cluster.stop();
});
/** Accounts are each server's own here: nothing of it goes into a binary log. */
const privately = async (name: string, ...statements: string[]): Promise<void> => {
  await cluster.server(name).sql('SET sql_log_bin=0', ...statements);
};
const operate = "'baton_operate'@'%'";

test('a privilege that is missing blocks, and the statement of the fix gives it', async () => {
  const { fires, passes } = checksOf(baton);
  await privately('db-3', `REVOKE RELOAD ON *.* FROM ${operate}`);
  const check = await fires('grants', /lacks privileges on db-3/);
  expect(check).toMatchObject({ level: 'block', server: 'db-3' });
  expect(check.commands).toEqual(['GRANT RELOAD ON *.* TO `baton_operate`@`%`;']);
  await privately('db-3', ...check.commands);
  expect(await passes('grants')).toEqual([]);
});

test('what it can do without is a warning, and the statements of the fix give it', async () => {
  const { fires, passes } = checksOf(baton);
  await privately('db-2', `REVOKE SUPER, REPLICATION MASTER ADMIN ON *.* FROM ${operate}`);
  const check = await fires('grants-optional', /On db-2 .* 2 privileges/);
  expect(check).toMatchObject({ level: 'warn', fix: expect.stringContaining('event scheduler off') });
  await privately('db-2', ...check.commands);
  expect(await passes('grants-optional')).toEqual([]);
});

test('events that the account may not move are counted, and the statement of the fix lets them move', async () => {
  const { fires, passes } = checksOf(baton);
  await cluster.server('db-1').sql('CREATE EVENT shop.nightly ON SCHEDULE EVERY 1 DAY DO SELECT 1');
  await privately('db-1', `REVOKE SUPER, SET USER, BINLOG ADMIN ON *.* FROM ${operate}`);
  const check = await fires('events', /1 enabled event can't be moved: .* on db-1/);
  await privately('db-1', ...check.commands, `GRANT SUPER ON *.* TO ${operate}`);
  expect(await passes('events')).toEqual([]);
  await fires('events', /1 enabled event of db-1 stay/, 'detach');
  await cluster.server('db-1').sql('DROP EVENT shop.nightly');
  expect(await passes('events', 'detach')).toEqual([]);
});

test('a replication account that is not let in blocks, and one with the right password passes', async () => {
  const { fires, passes } = checksOf(baton);
  const { user, password } = cluster.accounts.replication;
  await privately('db-2', `ALTER USER '${user}'@'%' IDENTIFIED BY 'another'`);
  const check = await fires('replication-account', /does not sign in to db-2/);
  expect(check.commands.join('; ')).toContain(`GRANT REPLICATION SLAVE ON *.* TO '${user}'@'%'`);
  expect(JSON.stringify(check)).not.toContain(password);
  await privately('db-2', `ALTER USER '${user}'@'%' IDENTIFIED BY '${password}'`);
  expect(await passes('replication-account')).toEqual([]);
});

test('an operating account that is shut out of the target blocks until it is let in again', async () => {
  const { fires, passes } = checksOf(baton);
  await privately('db-2', `ALTER USER ${operate} ACCOUNT LOCK`);
  await fires('target-reachable', /answers, but not to the operating account/);
  await privately('db-2', `ALTER USER ${operate} ACCOUNT UNLOCK`);
  expect(await passes('target-reachable')).toEqual([]);
});
