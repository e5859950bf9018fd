import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { prepareRealConsole, type RealConsole } from '../../console/testing/real-console.ts';
import { reservePort } from '../../sandbox/ports.ts';
import { until } from '../../sandbox/until.ts';
import { RealSupervisord } from '../../services/testing/supervisord.ts';
import { runBaton, type Ran } from '../testing/run-baton.ts';

let folder: string;
let supervisord: RealSupervisord;
let real: RealConsole;
let url: string;
const names = ['db-1', 'db-2'];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'baton-sv-'));
  supervisord = new RealSupervisord(folder);
  const once = 'autostart=false\nautorestart=false\nstartsecs=0\n';
  await supervisord.start(
    names
      .map(
        (name) =>
          `[program:update-${name}]\ncommand=/bin/echo the update of ${name}\n${once}` +
          `[program:worker-${name}]\ncommand=/bin/sleep 3600\n${once}`,
      )
      .join('\n'),
  );
  real = await prepareRealConsole(1, ({ name }) => ({
    services: {
      mariadb_update: { kind: 'supervisord', ...supervisord.address, program: `update-${name}` },
      worker: { kind: 'supervisord', ...supervisord.address, program: `worker-${name}`, daemon: true },
    },
  }));
  const reserved = await reservePort();
  const { port } = reserved;
  reserved.release();
  await real.configure((value) => {
    value.console['listen'] = `127.0.0.1:${port}`;
    value.console['url'] = `http://127.0.0.1:${port}`;
  });
  const started = await real.start();
  url = started.url;
  await writeFile(join(folder, 'token'), started.token, { mode: 0o600 });
});
afterAll(async () => {
  await real?.stop();
  await supervisord?.stop();
  await rm(folder, { recursive: true, force: true });
});

const service = async (...args: string[]): Promise<Ran> =>
  await runBaton(['service', ...args, '--url', url, '--token-file', join(folder, 'token')]);

async function states(): Promise<string> {
  const { stdout } = await service('list', 'erp5');
  const rows = stdout.split('\n').slice(1).filter(Boolean);
  return rows.map((row) => row.split(/ +/).slice(1, 6).join(' ')).join('\n');
}

test('what may only run on a primary is on it from the start, and on no replica', async () => {
  const right = [
    'db-1 primary mariadb_update supervisord enabled',
    'db-1 primary worker supervisord running',
    'db-2 replica mariadb_update supervisord disabled',
    'db-2 replica worker supervisord disabled',
  ].join('\n');
  await until(async () => (await states()) === right, { what: 'the roles have decided', timeoutMs: 50_000 });
  expect(await states()).toBe(right);
});

test('a run is followed, its log on standard output and its end in the exit code', async () => {
  const ran = await service('run', 'erp5/db-1', 'mariadb_update');
  expect(ran).toEqual({ code: 0, stdout: 'the update of db-1\n', stderr: 'mariadb_update is done on db-1\n' });
  const { stdout } = await service('list', 'erp5/db-1', '--json');
  expect(JSON.parse(stdout)).toContainEqual(
    expect.objectContaining({
      service: expect.objectContaining({ name: 'mariadb_update', lastRun: expect.objectContaining({ ok: true }) }),
    }),
  );
});

test.each(['enable', 'run'])('to %s one on a replica is refused, and changes nothing', async (action) => {
  const before = await states();
  const ran = await service(action, 'erp5/db-2', 'worker');
  expect(ran.code).toBe(3);
  expect(ran.stderr).toContain('may only run on a primary, and db-2 is a replica');
  expect(await states()).toBe(before);
});

test('one that was disabled by hand stays so on its primary, until it is enabled', async () => {
  expect(await service('disable', 'erp5/db-1', 'worker')).toMatchObject({
    code: 0,
    stdout: 'worker is disabled on db-1\n',
  });
  expect(await states()).toContain('db-1 primary worker supervisord disabled');
  expect(await service('enable', 'erp5/db-1', 'worker')).toMatchObject({ code: 0 });
  await until(async () => (await states()).includes('db-1 primary worker supervisord running'), { what: 'it is up' });
});

test('a takeover takes them along, and a supervisord that dies is shown and blocks no status', async () => {
  const token = ['--url', url, '--token-file', join(folder, 'token')];
  const promoted = await runBaton(['promote', 'erp5/db-2', '--yes', ...token]);
  expect(promoted).toMatchObject({ code: 0 });
  expect(await states()).toBe(
    [
      'db-1 replica mariadb_update supervisord disabled',
      'db-1 replica worker supervisord disabled',
      'db-2 primary mariadb_update supervisord enabled',
      'db-2 primary worker supervisord running',
    ].join('\n'),
  );
  await supervisord.stop();
  await until(
    async () => {
      const { stdout } = await runBaton(['status', 'erp5', ...token]);
      return stdout.includes('Service worker of db-2') && stdout.includes('supervisord at');
    },
    { what: 'the problem is shown', timeoutMs: 50_000 },
  );
  expect(await states()).toContain('db-2 primary worker');
});
