import { afterAll, beforeAll, expect, test } from 'vitest';
import { blankServer, type BlankServer } from '../bootstrap/testing/blank-server.ts';
import { runBaton } from '../cli/testing/run-baton.ts';
import { connectionParametersBody } from '../contract/connection-parameters.ts';
import { readParameters } from '../contract/parameters.ts';
import { auditEntry } from '../contract/access.ts';
import { reservePort } from '../sandbox/ports.ts';
import { caughtUp } from '../sandbox/replication.ts';
import { until } from '../sandbox/until.ts';
import { prepareRealConsole, type RealConsole } from './testing/real-console.ts';

let real: RealConsole;
let blank: BlankServer;
let baton: Awaited<ReturnType<RealConsole['start']>>;
beforeAll(async () => {
  real = await prepareRealConsole(1);
  const reserved = await reservePort();
  await real.configure(({ console }) => {
    Object.assign(console, { listen: `127.0.0.1:${reserved.port}`, url: `http://127.0.0.1:${reserved.port}` });
  });
  baton = await real.start();
  blank = await blankServer(real.cluster);
});
afterAll(async () => {
  await blank?.remove();
  await real?.stop();
});

const api = async (path: string, method = 'GET'): Promise<Response> =>
  await fetch(`${baton.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${baton.token}`, 'content-type': 'application/json' },
    ...(method === 'POST' ? { body: '{}' } : {}),
  });

test('a replica is made of what the console publishes: its primary, the newest backup of the cluster, and a token for it', async () => {
  await until(async () => (await api('/clusters/erp5/servers/db-2/backups', 'POST')).status === 202, {
    what: 'a backup begins',
  });
  await until(async () => (await (await api('/clusters/erp5/dumps')).text()).includes('sql.zst'), {
    what: 'the backup is there',
  });
  const answer = await api('/clusters/erp5/servers/db-1/connection-parameters');
  expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'no-store']);
  const published = connectionParametersBody.parse(await answer.json());
  const { address, accounts } = { address: real.cluster.server('db-1').address, accounts: real.cluster.accounts };
  expect(published).toEqual({
    'replication-primary-url': `mysql://replication_user:${accounts.replication.password}@127.0.0.1:${address.port}`,
    'replication-bootstrap-url': `${real.agents.get('db-2')?.url}/backups/latest`,
    'replication-bootstrap-token': expect.stringMatching(/^\d+\.[0-9a-f]{16}\.[0-9a-f]{64}$/),
    'takeover-url': `${baton.url}/clusters/erp5/takeover/db-1`,
  });
  const read = readParameters(JSON.stringify(published));
  if (read.kind !== 'read') throw new Error(read.text);
  expect(await blank.init(read.parameters)).toMatchObject({
    kind: 'replicates',
    copy: [expect.stringMatching(/^db-2-.*\.sql\.zst$/)],
  });
  await blank.server.start();
  await caughtUp(blank.server, real.cluster.server('db-1'));
});

test('it is in the audit, without its secrets, and the command line prints the same', async () => {
  const ran = await runBaton([
    'replica',
    'parameters',
    'erp5/db-1',
    '--config',
    real.configurationPath,
    '--url',
    baton.url,
  ]);
  expect([ran.code, ran.stderr]).toEqual([0, '']);
  expect(connectionParametersBody.parse(JSON.parse(ran.stdout))['replication-primary-url']).toContain('mysql://');
  const text = await (await api('/audit?limit=50')).text();
  const entries = auditEntry
    .array()
    .parse(JSON.parse(text))
    .filter(({ action }) => action === 'connection-parameters');
  expect(entries.map(({ object }) => object)).toEqual(['db-1', 'db-1']);
  expect(text).not.toContain(real.cluster.accounts.replication.password);
});
