import { request } from 'node:http';
import { request as secureRequest } from 'node:https';
import { readFile } from 'node:fs/promises';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { blankServer, type BlankServer } from '../bootstrap/testing/blank-server.ts';
import { addressText } from '../contract/listen-address.ts';
import { caughtUp } from '../sandbox/replication.ts';
import { secureSettings } from '../sandbox/secure.ts';
import type { SandboxServer } from '../sandbox/server-process.ts';
import { publishedPrimary, type Host, type PublishedPrimary } from './testing/published-primary.ts';

/*
 * The origin's acceptance tests of replication, by their names (SlapOS, software/erp5/test/test/test_mariadb.py): there `caucase`
 * is who signs the certificates, and what says nothing of ipv4 runs over IPv6. Each here with TLS as there, and plain. All of
 * them over TLS are its TestMariaDBExternalCaucased too: the authority is in neither host.
 */
const scenes: [string, Host, 'none' | 'dump' | 'full' | 'incremental'][] = [
  ['test_caucase_no_bootstrap', '::1', 'none'],
  ['test_caucase_bootstrap_from_dump', '::1', 'dump'],
  ['test_caucase_bootstrap_from_mariabackup', '::1', 'full'],
  ['test_caucase_bootstrap_from_mariabackup_incremental', '::1', 'incremental'],
  ['test_caucase_ipv4_no_bootstrap', '127.0.0.1', 'none'],
  ['test_caucase_ipv4_bootstrap_from_dump', '127.0.0.1', 'dump'],
  ['test_caucase_ipv4_bootstrap_from_mariabackup', '127.0.0.1', 'full'],
  ['test_caucase_ipv4_bootstrap_from_mariabackup_incremental', '127.0.0.1', 'incremental'],
];

let written = 0;
const write = async (server: SandboxServer): Promise<unknown> =>
  await server.sql(`INSERT INTO shop.t (value) VALUES ('row ${++written}')`);
const rows = async (server: SandboxServer): Promise<unknown> =>
  await server.sql('SELECT id, value FROM shop.t ORDER BY id');

describe.each([
  { words: 'TLS, TestMariaDBExternalCaucased', secure: true },
  { words: 'test_no_ssl', secure: false },
])('$words', ({ secure }) => {
  let scene: PublishedPrimary;
  const names = { none: '', dump: '', full: '', incremental: '' };
  const blanks: BlankServer[] = [];

  beforeAll(async () => {
    scene = await publishedPrimary({ secure });
    const { primary } = scene;
    await primary.sql('CREATE TABLE shop.t (id INT AUTO_INCREMENT PRIMARY KEY, value VARCHAR(20))');
    await write(primary);
    names.dump = (await scene.backup('dump')).at(-1) ?? '';
    names.full = (await scene.backup('mariabackup')).at(-1) ?? '';
    await write(primary);
    await scene.backup('mariabackup');
    await write(primary);
    names.incremental = (await scene.backup('mariabackup')).at(-1) ?? '';
  });
  afterAll(async () => await scene?.[Symbol.asyncDispose]());
  afterEach(async () => {
    for (const blank of blanks.splice(0)) await blank.remove();
  });

  /** The status of a replica that was started for good, once it has all rows of the primary, also those written since. */
  async function replicates({ server }: BlankServer): Promise<unknown> {
    await server.start();
    await write(scene.primary);
    await caughtUp(server, scene.primary);
    expect(await rows(server)).toEqual(await rows(scene.primary));
    return (await server.sql('SHOW SLAVE STATUS'))[0];
  }

  async function fresh(): Promise<BlankServer> {
    // One that others follow shows a certificate as well; here all have that of loopback.
    const tls = secure ? secureSettings(scene.cluster.dir, 'db-1') : {};
    const blank = await blankServer(scene.cluster, { settings: { bind_address: '*', ...tls } });
    blanks.push(blank);
    return blank;
  }

  test.each(scenes)('%s', async (_name, host, from) => {
    const blank = await fresh();
    const url = from === 'none' ? '' : `${scene.agentUrl(host)}/backups/${names[from]}`;
    const ran = await scene.init(blank, host, { 'replication-bootstrap-url': url });
    expect([ran.code, ran.stderr]).toEqual([0, expect.stringContaining('Replicating')]);
    const certificate = scene.cluster.authority?.files('replica').certificate ?? '';
    const word = secure ? 'Yes' : 'No';
    expect(await replicates(blank)).toMatchObject({
      Master_SSL_Allowed: word,
      Master_SSL_Verify_Server_Cert: word,
      Master_SSL_Cert: certificate,
      Master_Host: host,
      Using_Gtid: 'Slave_Pos',
      Seconds_Behind_Master: expect.stringMatching(/^\d+$/),
    });
  });

  test.each(['::1', '127.0.0.1'] as const)(
    'nobody reads the backups at %s without what he is known by',
    async (host) => {
      const url = new URL(`/backups/${names.dump}`, scene.agentUrl(host));
      const asked = secure ? secureRequest(url, { rejectUnauthorized: false }) : request(url);
      const [answer] = await once(asked.end(), 'response');
      expect(answer.statusCode).toBe(401);
      answer.resume();
    },
  );

  test('TestMariaDBReplicationChain', async () => {
    const password = (await readFile(scene.passwordFile, 'utf8')).trim();
    const chain = [scene.primary];
    for (const host of ['::1', '127.0.0.1', '::1'] as const) {
      const above = chain.at(-1) ?? scene.primary;
      const blank = await fresh();
      const url = `mysql://replicating:${password}@${addressText({ host, port: above.port })}`;
      const changes = { 'replication-primary-url': url, 'replication-bootstrap-url': '' };
      const ran = await scene.init(blank, host, changes);
      expect([ran.code, ran.stderr]).toEqual([0, expect.stringContaining('Replicating')]);
      await blank.server.start();
      chain.push(blank.server);
    }
    await write(scene.primary);
    for (const [at, follower] of chain.slice(1).entries()) await caughtUp(follower, chain[at] ?? scene.primary);
    const all = await Promise.all(chain.map(rows));
    expect(all.slice(1)).toEqual([all[0], all[0], all[0]]);
  }, 120_000);
});
