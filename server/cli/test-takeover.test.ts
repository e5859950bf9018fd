import { mkdtemp, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { blankServer, type BlankServer } from '../bootstrap/testing/blank-server.ts';
import { prepareRealConsole, type RealConsole } from '../console/testing/real-console.ts';
import { addressText } from '../contract/listen-address.ts';
import { reservePort } from '../sandbox/ports.ts';
import { caughtUp } from '../sandbox/replication.ts';
import { replicationFiles } from '../sandbox/secure.ts';
import type { SandboxServer } from '../sandbox/server-process.ts';
import { startWriteLoad } from '../sandbox/write-load.ts';
import { runBaton, type Ran } from './testing/run-baton.ts';
import { transports } from './testing/transports.ts';

const rows = async (server: SandboxServer): Promise<string[]> =>
  (await server.sql('SELECT CONCAT(id, value) AS row FROM shop.letters ORDER BY id')).map((row) => String(row['row']));

/** The origin's acceptance test of that name (SlapOS, software/erp5/test/test/test_mariadb.py), whole. */
describe.each(transports)('$words', ({ secure, host }) => {
  let folder: string;
  let real: RealConsole;
  let blank: BlankServer | null = null;
  let token: string[];
  const everything: Ran[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'baton-origin-'));
    real = await prepareRealConsole(1, undefined, { secure, host });
    const reserved = await reservePort();
    const address = addressText({ host, port: reserved.port });
    reserved.release();
    const url = `http://${address}`;
    await real.configure((value) => {
      value.console['listen'] = address;
      value.console['url'] = url;
      // Of the old primary, which has no connection whose files could be kept.
      if (secure) Object.assign(value.clusters['erp5']?.servers['db-1'] ?? {}, { replicationTls: filesOf('db-1') });
    });
    const started = await real.start();
    await writeFile(join(folder, 'token'), started.token, { mode: 0o600 });
    token = ['--url', url, '--token-file', join(folder, 'token')];
  });
  afterAll(async () => {
    await blank?.remove();
    await real?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const filesOf = (name: string) => replicationFiles(real.cluster.dir, name);

  /** Whatever is run here is looked through for secrets at the end. */
  async function baton(args: string[], input?: string): Promise<Ran> {
    const ran = await runBaton(args, input === undefined ? {} : { input });
    everything.push(ran);
    return ran;
  }

  const parametersFile = (): string => join(folder, 'parameters.json');

  function asked({ port }: SandboxServer): string {
    const { user, password } = real.cluster.accounts.replication;
    const at = addressText({ host, port });
    return JSON.stringify({ 'primary-url': `mysql://${user}:${encodeURIComponent(password)}@${at}` });
  }

  async function promise(server: SandboxServer): Promise<Ran> {
    const config = join(folder, 'agent.yaml');
    const { socket, optionsFile: defaultsFile } = server;
    const agent = { listen: '127.0.0.1:0', server: { socket, defaultsFile }, parametersFile: parametersFile() };
    await writeFile(config, stringify({ agent }));
    return await baton(['check', 'replication', '--promise', '--config', config]);
  }

  test('test_takeover', async () => {
    const { cluster } = real;
    const [primary, replica] = [cluster.server('db-1'), cluster.server('db-2')];
    await primary.sql(
      'CREATE TABLE shop.letters (id INT AUTO_INCREMENT PRIMARY KEY, value CHAR(1))',
      "INSERT INTO shop.letters (value) VALUES ('a'), ('b')",
    );
    await caughtUp(replica, primary);
    expect(await rows(replica)).toEqual(['1a', '2b']);

    // It was asked to replicate, and does.
    await writeFile(parametersFile(), asked(primary), { mode: 0o600 });
    expect(await promise(replica)).toMatchObject({ code: 0, stdout: expect.stringMatching(/^OK - is 0 s behind /) });

    // Nobody signs in to the instance or to the database, and the application goes on.
    const load = startWriteLoad({ servers: cluster.servers, account: cluster.accounts.app, perSecond: 20 });
    await load.flowing();
    expect(await baton(['promote', 'erp5/db-2', '--yes', ...token])).toMatchObject({ code: 0 });
    await load.flowing();
    await load.stop();

    // The request and the server differ: red until somebody has withdrawn it.
    const red = { code: 1, stdout: expect.stringContaining('is in primary mode but was asked to replicate') };
    expect(await promise(replica)).toMatchObject(red);
    await unlink(parametersFile());
    expect(await promise(replica)).toMatchObject({ code: 0, stdout: 'OK - is in primary mode\n' });

    // A second replica from the promoted server, without a first copy: all it needs is in the binary log there.
    blank = await blankServer(cluster);
    const { server: second } = blank;
    const { ca, certificate, key } = filesOf('db-2');
    const tls = secure ? ['--ca', ca, '--certificate', certificate, '--key', key] : [];
    const argv = ['replica', 'init', '--defaults-file', second.optionsFile, '--parameters', '-', ...tls];
    expect(await baton(argv, asked(replica))).toMatchObject({ code: 0 });
    await second.start();
    await caughtUp(second, replica);

    // Auto-increment goes on where it was.
    await replica.sql("INSERT INTO shop.letters (value) VALUES ('c')", "INSERT INTO shop.letters (value) VALUES ('d')");
    const all = ['1a', '2b', '3c', '4d'];
    expect(await rows(replica)).toEqual(all);
    for (const follower of [second, primary]) {
      await caughtUp(follower, replica);
      expect(await rows(follower)).toEqual(all);
      const [status] = await follower.sql('SHOW SLAVE STATUS');
      expect(status).toMatchObject({ Master_Host: host, Master_SSL_Allowed: secure ? 'Yes' : 'No' });
    }
    await writeFile(parametersFile(), asked(replica), { mode: 0o600 });
    expect(await promise(second)).toMatchObject({ code: 0 });

    const said = everything.map(({ stdout, stderr }) => stdout + stderr).join('\n');
    const { replication, operate, observe } = cluster.accounts;
    const secrets = [replication, operate, observe].map(({ password }) => password);
    secrets.push((await readFile(join(folder, 'token'), 'utf8')).trim());
    expect(secrets.filter((secret) => said.includes(secret))).toEqual([]);
  }, 180_000);
});
