import { mkdtemp, readFile, rm, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { blankServer, type BlankServer } from '../bootstrap/testing/blank-server.ts';
import { prepareRealConsole, type RealConsole } from '../console/testing/real-console.ts';
import { reservePort } from '../sandbox/ports.ts';
import { caughtUp } from '../sandbox/replication.ts';
import type { SandboxServer } from '../sandbox/server-process.ts';
import { runBaton, type Ran } from './testing/run-baton.ts';

/** The origin's acceptance test of that name (SlapOS, software/erp5/test/test/test_mariadb.py), whole. */
let folder: string;
let real: RealConsole;
let blank: BlankServer | null = null;
let token: string[];
const everything: Ran[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'baton-origin-'));
  real = await prepareRealConsole(1);
  const reserved = await reservePort();
  const { port } = reserved;
  reserved.release();
  const url = `http://127.0.0.1:${port}`;
  await real.configure((value) => {
    value.console['listen'] = `127.0.0.1:${port}`;
    value.console['url'] = url;
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

/** Whatever is run here is looked through for secrets at the end. */
async function baton(args: string[], input?: string): Promise<Ran> {
  const ran = await runBaton(args, input === undefined ? {} : { input });
  everything.push(ran);
  return ran;
}

const parametersFile = (): string => join(folder, 'parameters.json');

function asked(primary: SandboxServer): string {
  const { user, password } = real.cluster.accounts.replication;
  const { host, port } = primary.address;
  return JSON.stringify({ 'primary-url': `mysql://${user}:${encodeURIComponent(password)}@${host}:${port}` });
}

async function promise(server: SandboxServer): Promise<Ran> {
  const config = join(folder, 'agent.yaml');
  const { socket, optionsFile: defaultsFile } = server;
  const agent = { listen: '127.0.0.1:0', server: { socket, defaultsFile }, parametersFile: parametersFile() };
  await writeFile(config, stringify({ agent }));
  return await baton(['check', 'replication', '--promise', '--config', config]);
}

const rows = async (server: SandboxServer): Promise<string[]> =>
  (await server.sql('SELECT CONCAT(id, value) AS row FROM shop.letters ORDER BY id')).map((row) => String(row['row']));

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

  // Nobody signs in to the instance or to the database.
  expect(await baton(['promote', 'erp5/db-2', '--yes', ...token])).toMatchObject({ code: 0 });

  // The request and the server differ: red until somebody has withdrawn it.
  const red = { code: 1, stdout: expect.stringContaining('is in primary mode but was asked to replicate') };
  expect(await promise(replica)).toMatchObject(red);
  expect(await promise(replica)).toMatchObject(red);
  await unlink(parametersFile());
  expect(await promise(replica)).toMatchObject({ code: 0, stdout: 'OK - is in primary mode\n' });

  // A second replica from the promoted server, without a first copy: all it needs is in the binary log there.
  blank = await blankServer(cluster);
  const { server: second } = blank;
  const argv = ['replica', 'init', '--defaults-file', second.optionsFile, '--parameters', '-'];
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
  }
  await writeFile(parametersFile(), asked(replica), { mode: 0o600 });
  expect(await promise(second)).toMatchObject({ code: 0 });
}, 180_000);

test('the promise answers in time though the server hangs, and no output has held a secret', async () => {
  const replica = real.cluster.server('db-2');
  replica.freeze();
  const at = performance.now();
  const hung = await promise(replica).finally(() => replica.thaw());
  const seconds = (performance.now() - at) / 1000;
  expect(hung).toMatchObject({ code: 1, stdout: expect.stringMatching(/^UNKNOWN - /) });
  // The start of the program is in it, on a machine that does much else.
  expect(seconds).toBeLessThan(8);
  const said = everything.map(({ stdout, stderr }) => stdout + stderr).join('\n');
  const { replication, operate, observe } = real.cluster.accounts;
  const secrets = [replication, operate, observe].map(({ password }) => password);
  secrets.push((await readFile(join(folder, 'token'), 'utf8')).trim());
  expect(secrets.filter((secret) => said.includes(secret))).toEqual([]);
});
