import { afterAll, beforeAll, expect, test } from 'vitest';
import { text } from 'node:stream/consumers';
import { binlogArguments } from '../backups/print-transactions.ts';
import { createCluster, type SandboxCluster } from '../sandbox/cluster.ts';
import { consoleToken, readerToken, startTestAgent, type TestAgent } from './fixtures.ts';

let cluster: SandboxCluster;
let agent: TestAgent;
beforeAll(async () => {
  cluster = await createCluster({ replicas: 0 });
  const { socket, optionsFile } = cluster.server('db-1');
  agent = await startTestAgent({ server: { socket, defaultsFile: optionsFile } });
});
afterAll(async () => {
  await agent.remove();
  await cluster.stop();
});

async function asked(ranges: string, token = consoleToken): Promise<{ status: number; body: string }> {
  const answer = await fetch(`${agent.agent.url}/v1/transactions?ranges=${ranges}`, {
    headers: { authorization: `Bearer ${token}` },
  });
  return { status: answer.status, body: await answer.text() };
}

const gtids = (sql: string): string[] => [...sql.matchAll(/\tGTID (\S+)/g)].map(([, gtid]) => gtid ?? '');

test('the SQL holds exactly the transactions of the spans, of any domain and server, over several logs', async () => {
  const server = cluster.server('db-1');
  const session = await server.session();
  const write = async (...statements: string[]): Promise<void> => {
    for (const statement of statements) await session.query(statement, { timeoutMs: 5_000 });
  };
  const [row] = await session.query('SELECT @@gtid_binlog_pos AS position', { timeoutMs: 5_000 });
  const start = Number(String(row?.['position']).split('-')[2]);
  await write("INSERT INTO shop.orders (uid) VALUES ('a')", 'FLUSH BINARY LOGS');
  await write("INSERT INTO shop.orders (uid) VALUES ('b')", "INSERT INTO shop.orders (uid) VALUES ('c')");
  await write('SET SESSION gtid_domain_id=7', "INSERT INTO shop.orders (uid) VALUES ('seven')");
  session.destroy();
  const { status, body } = await asked(`0-1-${start + 1}:${start + 2},7-1-1:1`);
  expect(status).toBe(200);
  expect(gtids(body)).toEqual([`0-1-${start + 1}`, `0-1-${start + 2}`, '7-1-1']);
  expect(body).toContain("VALUES ('b')");
  expect(body).not.toContain("VALUES ('c')");
  expect(gtids(await text(await agent.client.transactions([`0-1-${start + 3}:${start + 3}`])))).toEqual([
    `0-1-${start + 3}`,
  ]);
});

test.each(['', '0-1-5', '0-1-5:x', '0-1-5:6;rm', '0-1-5:6,--help', '--help'])(
  'what is no span never reaches the program: %j',
  async (ranges) => {
    expect((await asked(ranges)).status).toBe(400);
  },
);

test('a token that may only read backups sees no transaction', async () => {
  expect((await asked('0-1-1:1', readerToken)).status).toBe(403);
  expect((await asked('0-1-1:1', 'x'.repeat(20))).status).toBe(401);
});

test('the program gets an argument list that names the span and nothing else', () => {
  const database = { socket: '/run/s', defaultsFile: '/etc/my.cnf' };
  expect(binlogArguments('0-1-13:17', { ...database, oldest: 'bin.000001' }).slice(-5)).toEqual([
    '--do-domain-ids=0',
    '--do-server-ids=1',
    '--start-position=0-1-12',
    '--stop-position=0-1-17',
    'bin.000001',
  ]);
  expect(binlogArguments('0-1-1:17', { ...database, oldest: 'bin.000001' }).join(' ')).not.toContain(
    '--start-position',
  );
});

test('without its database the agent says so before it sends anything', async () => {
  const alone = await startTestAgent();
  try {
    await expect(alone.client.transactions(['0-1-1:1'])).rejects.toThrow('Its binary logs could not be listed');
  } finally {
    await alone.remove();
  }
});
