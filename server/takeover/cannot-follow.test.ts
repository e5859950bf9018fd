import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Operation } from '../contract/operation.ts';
import { createCluster, type SandboxCluster } from '../sandbox/cluster.ts';
import { stopReplication } from '../sandbox/faults.ts';
import { caughtUp } from '../sandbox/replication.ts';
import { until } from '../sandbox/until.ts';
import { atStatement, type Moment } from './testing/at-statement.ts';
import { startBaton, type TestBaton } from './testing/baton.ts';
import { isReadOnly, writableOf } from './testing/server-state.ts';

let cluster: SandboxCluster;
let baton: TestBaton;
beforeEach(async () => {
  cluster = await createCluster();
});
afterEach(async () => {
  await baton.stop();
  await cluster.stop();
});

async function promoteAt(moment: Moment, act: () => Promise<void>): Promise<Operation> {
  baton = await startBaton(cluster, { onConnection: atStatement(moment, act) });
  return await baton.promote('db-2');
}

/** The takeover stands; answers what db-3 is said to have met, and what is left to do. */
async function leftBehind(view: Operation): Promise<{ error: string; left: string }> {
  expect(view.outcome).toBe('succeeded-with-follow-ups');
  expect(view.summary).toContain('db-2 is primary.');
  expect(await writableOf(cluster.servers)).toEqual(['db-2']);
  return {
    error: view.steps.find(({ id }) => id === 're-point-others')?.error ?? '',
    left: view.followUps.map(({ text, command }) => `${text} ${command ?? ''}`).join('\n'),
  };
}

const statement =
  /db-3 does not follow db-2\. On db-3 run: CHANGE MASTER '' TO .*MASTER_PASSWORD='•••'.*START SLAVE ''/;

test('a replica whose password is refused when it is re-pointed is left to do, with the statement', async () => {
  const view = await promoteAt({ when: 'before', statement: 'CHANGE MASTER', on: 'db-3' }, async () => {
    const { user } = cluster.accounts.replication;
    await cluster.server('db-2').sql('SET sql_log_bin=0', `ALTER USER '${user}'@'%' IDENTIFIED BY 'another'`);
  });
  expect(await leftBehind(view)).toEqual({
    error: expect.stringMatching(/1045/),
    left: expect.stringMatching(statement),
  });
  expect(JSON.stringify(view)).not.toContain(cluster.accounts.replication.password);
});

test('a replica that dies before it is re-pointed is left to do, with the statement', async () => {
  const view = await promoteAt({ when: 'before', statement: 'UNLOCK TABLES', on: 'db-1' }, async () => {
    await cluster.server('db-3').kill();
  });
  expect(await leftBehind(view)).toEqual({
    error: expect.stringMatching(/^db-3: /),
    left: expect.stringMatching(statement),
  });
});

test('a replica that the binary logs of the new primary do not reach back to is named before, and to be built anew after', async () => {
  const [primary, target] = [cluster.server('db-1'), cluster.server('db-2')];
  await stopReplication(cluster.server('db-3'), 'io');
  await primary.sql(...[1, 2, 3].map((n) => `INSERT INTO shop.orders (uid) VALUES ('missed-${n}')`));
  await caughtUp(target, primary);
  await target.sql('FLUSH BINARY LOGS');
  const [newest] = await target.sql('SHOW MASTER STATUS');
  // A log that InnoDB may still need after a crash is kept for a moment.
  const purged = async (): Promise<boolean> => {
    await target.sql(`PURGE BINARY LOGS TO '${String(newest?.['File'])}'`);
    return (await target.sql('SHOW BINARY LOGS')).length === 1;
  };
  await until(purged, { what: 'the older logs are gone' });
  baton = await startBaton(cluster);
  const plan = await baton.takeovers.plan({ target: 'db-2' });
  expect(plan.checks).toContainEqual(
    expect.objectContaining({ code: 'binlog-covers-replica', level: 'warn', server: 'db-3' }),
  );
  expect(await leftBehind(await baton.promote('db-2'))).toEqual({
    error: expect.stringMatching(/1236/),
    left: expect.stringMatching(/db-3 stands apart from db-2 .*give it a copy of db-2.* rejoin erp5\/db-3 --set-aside/),
  });
  expect(await isReadOnly(cluster.server('db-3'))).toBe(true);
});
