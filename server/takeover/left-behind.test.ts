import { afterEach, beforeEach, expect, test } from 'vitest';
import { createCluster, type SandboxCluster } from '../sandbox/cluster.ts';
import { followed } from '../sandbox/replication.ts';
import { until } from '../sandbox/until.ts';
import { FakeAgent } from './testing/fake-agent.ts';
import { startBaton } from './testing/baton.ts';
import { writableOf } from './testing/server-state.ts';

let cluster: SandboxCluster;
beforeEach(async () => {
  cluster = await createCluster();
});
afterEach(async () => {
  await cluster.stop();
});

async function has(server: string, uid: string): Promise<boolean> {
  return (await cluster.server(server).sql(`SELECT 1 FROM shop.orders WHERE uid = '${uid}'`)).length > 0;
}

test('what a SUPER writes on the old primary when it is unlocked reaches no other replica', async () => {
  const [old, other] = [cluster.server('db-1'), cluster.server('db-3')];
  const baton = await startBaton(cluster, {
    onConnection: (server, connection) => {
      if (server !== 'db-1') return;
      const query = connection.query.bind(connection);
      connection.query = async (sql, options) => {
        const rows = await query(sql, options);
        if (sql.includes('UNLOCK TABLES')) {
          await old.sql("INSERT INTO shop.orders (uid) VALUES ('own')");
          await until(async () => (await has('db-3', 'own')) || !(await followed(other))?.ioRunning, {
            what: 'db-3 has it, or does not listen any more',
          });
        }
        return rows;
      };
    },
  });
  try {
    const view = await baton.promote('db-2');
    expect(view.outcome).toBe('succeeded-with-follow-ups');
    expect(view.followUps.map(({ text }) => text).join('\n')).toContain('db-1 has');
    expect(await has('db-3', 'own')).toBe(false);
    const { port } = cluster.server('db-2');
    expect(await followed(other)).toMatchObject({ port, ioRunning: true, sqlRunning: true });
  } finally {
    await baton.stop();
  }
});

test('a replica that stops to follow after it was re-pointed is left to do', async () => {
  class Stopping extends FakeAgent {
    override async persistReadOnly(): Promise<void> {
      await cluster.server('db-3').sql('STOP SLAVE');
    }
  }
  const baton = await startBaton(cluster, { agent: () => new Stopping([]) });
  try {
    const view = await baton.promote('db-2');
    expect(view.outcome).toBe('succeeded-with-follow-ups');
    expect(view.followUps).toMatchObject([{ text: 'db-3 does not follow db-2. On db-3 run:' }]);
  } finally {
    await baton.stop();
  }
});

test('an old primary that starts anew and takes writes before the end is made read-only, and what it took is named', async () => {
  const old = cluster.server('db-1');
  class Restarting extends FakeAgent {
    override async persistReadOnly(): Promise<void> {
      await old.kill();
      await old.start();
      await old.sql("INSERT INTO shop.orders (uid) VALUES ('own')");
    }
  }
  const agents = new Map([['db-1', new Restarting([])]]);
  const baton = await startBaton(cluster, { agent: (server) => agents.get(server) ?? new FakeAgent([]) });
  try {
    const view = await baton.promote('db-2');
    expect(view.outcome).toBe('succeeded-with-follow-ups');
    const left = view.followUps.map(({ text }) => text).join('\n');
    expect(left).toContain('db-1 took writes again after a restart, and was made read-only');
    expect(left).toContain('db-1 has 1 transaction of its own: 0-1-');
    expect(await writableOf(cluster.servers)).toEqual(['db-2']);
  } finally {
    await baton.stop();
  }
});

test('a replica that lags on purpose is not waited for, and nothing is left to do', async () => {
  await cluster.server('db-3').sql('STOP SLAVE', 'CHANGE MASTER TO MASTER_DELAY=60', 'START SLAVE');
  await cluster.server('db-1').sql("INSERT INTO shop.orders (uid) VALUES ('late')");
  const baton = await startBaton(cluster, { agent: () => new FakeAgent([]) });
  try {
    const view = await baton.promote('db-2');
    expect(view.followUps).toEqual([]);
    expect(view.outcome).toBe('succeeded');
    expect(await has('db-3', 'late')).toBe(false);
  } finally {
    await baton.stop();
  }
});
