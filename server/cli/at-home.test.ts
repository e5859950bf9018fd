import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, readdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { text as textOf } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { AgentClient } from '../agent/client.ts';
import { createCluster, type SandboxCluster } from '../sandbox/cluster.ts';
import { reservePort } from '../sandbox/ports.ts';
import type { SandboxServer } from '../sandbox/server-process.ts';
import { until } from '../sandbox/until.ts';

/*
 * As a SlapOS partition has it: a user with no right, the code in a folder that can't be written, everything else below one
 * folder, an environment of three words, IPv6.
 */
const checkout = join(import.meta.dirname, '..', '..');
const token = 'console-token-0123456789';
let home: string;
let code: string;
let cluster: SandboxCluster;
let server: SandboxServer;
const ports: { console: number; agent: number } = { console: 0, agent: 0 };
const started: ChildProcess[] = [];

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'baton-home-'));
  code = join(home, 'software');
  for (const folder of ['etc', 'srv', 'srv/backup', 'srv/agent', 'var', 'tmp']) await mkdir(join(home, folder));
  await mkdir(code);
  await cp(join(checkout, 'server'), join(code, 'server'), { recursive: true });
  await cp(join(checkout, 'package.json'), join(code, 'package.json'));
  await symlink(join(checkout, 'node_modules'), join(code, 'node_modules'));
  await run('chmod', ['-R', 'a-w', code]);
  for (const name of ['console', 'agent'] as const) ports[name] = (await reservePort()).port;
  cluster = await createCluster({ replicas: 0 });
  server = cluster.server('db-1');
  await writeFile(join(home, 'etc/token'), token, { mode: 0o600 });
  await writeFile(join(home, 'etc/session'), 's'.repeat(40), { mode: 0o600 });
  await writeAgent();
  await writeFile(
    join(home, 'etc/console.yaml'),
    stringify({
      console: {
        listen: [`[::1]:${ports.console}`, 'unix:../var/console.sock'],
        url: `http://[::1]:${ports.console}`,
        store: `sqlite://${home}/srv/console.sqlite`,
        sessionSecretFile: 'session',
        runDirectory: '../var',
      },
    }),
  );
});
afterAll(async () => {
  for (const child of started) {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    }
  }
  await cluster?.stop();
  await run('chmod', ['-R', 'u+w', code]);
  await rm(home, { recursive: true, force: true });
});

async function run(command: string, args: string[]): Promise<void> {
  const [exit] = await once(spawn(command, args, { stdio: 'ignore' }), 'exit');
  if (exit !== 0) throw new Error(`${command} ended with ${String(exit)}`);
}

async function writeAgent(changes: object = {}): Promise<void> {
  const { socket, optionsFile: defaultsFile } = server;
  const agent = {
    listen: `[::1]:${ports.agent}`,
    name: 'db-1',
    server: { socket, defaultsFile },
    tokenFile: 'token',
    stateDirectory: '../srv/agent',
    backups: { directory: '../srv/backup' },
    ...changes,
  };
  await writeFile(join(home, 'etc/agent.yaml'), stringify({ agent }));
}

/** Without a capability even root can't write what it may not, and without PATH the system's own folders are found. */
function start(command: 'console' | 'agent'): ChildProcess {
  const own = ['--config', join(home, `etc/${command}.yaml`), '--pid-file', join(home, `var/${command}.pid`)];
  const program = [process.execPath, join(code, 'server/cli/main.ts'), command, ...own];
  const asRoot = process.getuid?.() === 0 ? ['--bounding-set=-all', '--inh-caps=-all'] : [];
  const child = spawn(
    '/usr/bin/setpriv',
    ['--pdeathsig', 'KILL', ...asRoot, ...program, '--log-file', join(home, `var/${command}.log`)],
    {
      cwd: '/',
      env: { USER: 'slapuser0', LOGNAME: 'slapuser0', HOME: home, TMPDIR: join(home, 'tmp'), NODE_ENV: 'production' },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  started.push(child);
  return child;
}

const lines = async (name: string): Promise<string[]> =>
  (await readFile(join(home, 'var', name), 'utf8').catch(() => '')).split('\n').filter(Boolean);
const pid = async (name: string): Promise<number> => Number((await lines(`${name}.pid`))[0] ?? 0);

function client(): AgentClient {
  return new AgentClient({ server: 'db-1', url: `http://[::1]:${ports.agent}`, token });
}

async function agentAnswers(): Promise<boolean> {
  return await client()
    .status()
    .then(Boolean, () => false);
}

async function health(where: { host: string; port: number } | { socketPath: string }): Promise<number> {
  return await new Promise((resolve) => {
    const headers = { host: `[::1]:${ports.console}` };
    const asked = request({ ...where, path: '/api/v1/health', headers }, (answer) => {
      void textOf(answer).then(() => resolve(answer.statusCode ?? 0));
    });
    asked.on('error', () => resolve(0));
    asked.end();
  });
}

test('the console runs from a read-only folder, on IPv6 and a socket, and leaves nothing in it', async () => {
  const child = start('console');
  const where = { host: '::1', port: ports.console };
  await until(async () => (await health(where)) === 200, { what: 'the console answers', timeoutMs: 50_000 });
  expect(await health({ socketPath: join(home, 'var/console.sock') })).toBe(200);
  expect(await pid('console')).toBe(child.pid);
  // Its private sockets are where they were asked to be, for this user alone.
  const [own = ''] = (await readdir(join(home, 'var'))).filter((name) => name.startsWith('baton-'));
  expect((await stat(join(home, 'var', own))).mode & 0o777).toBe(0o700);
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  expect(await gone).toEqual([0, null]);
  expect((await readdir(join(home, 'var'))).toSorted()).toEqual(['console.log']);
  const { stdout } = spawn('find', [code, '-newer', join(home, 'etc/console.yaml'), '-type', 'f']);
  expect(await textOf(stdout)).toBe('');
});

test('the agent runs there too, reads its configuration again at SIGHUP, and keeps it where that is wrong', async () => {
  const child = start('agent');
  await until(agentAnswers, { what: 'the agent answers', timeoutMs: 50_000 });
  expect(await pid('agent')).toBe(child.pid);
  expect((await client().status()).services).toEqual([]);

  await writeAgent({ services: { update: { kind: 'gate', file: join(home, 'srv/gate') } } });
  child.kill('SIGHUP');
  const services = async (): Promise<string[]> =>
    await client()
      .status()
      .then(
        (status) => status.services.map(({ name }) => name),
        () => [],
      );
  await until(async () => (await services()).includes('update'), { what: 'the service is there', timeoutMs: 50_000 });

  const before = (await lines('agent.log')).length;
  await writeAgent({ services: { update: { kind: 'gate' } } });
  child.kill('SIGHUP');
  await until(
    async () => (await lines('agent.log')).slice(before).some((line) => line.includes('agent.services.update.file')),
    { what: 'what is wrong is logged' },
  );
  // One that only shows when it is tried: the address is somebody else's.
  const taken = start('console');
  await until(async () => (await health({ host: '::1', port: ports.console })) === 200, {
    what: 'the console answers',
    timeoutMs: 50_000,
  });
  await writeAgent({ listen: `[::1]:${ports.console}` });
  child.kill('SIGHUP');
  await until(async () => (await lines('agent.log')).some((line) => line.includes('goes on with the one before')), {
    what: 'it goes on',
  });
  // Other lines may follow it.
  const since = async (): Promise<string[]> => {
    const all = await lines('agent.log');
    return all.slice(all.findIndex((line) => line.includes('goes on with the one before')));
  };
  await until(async () => (await since()).some((line) => line.includes('agent listens')), {
    what: 'it listens again',
    timeoutMs: 50_000,
  });
  expect(await services()).toContain('update');
  taken.kill('SIGTERM');
  expect(child.exitCode).toBeNull();
});

test('a log that was renamed is begun anew', async () => {
  const child = started[1];
  const log = join(home, 'var/agent.log');
  await rename(log, `${log}.1`);
  child?.kill('SIGUSR1');
  await until(async () => (await stat(log).catch(() => null)) !== null, { what: 'a new file' });
  await writeAgent();
  child?.kill('SIGHUP');
  await until(async () => (await lines('agent.log')).some((line) => line.includes('agent listens')), {
    what: 'a line in it',
    timeoutMs: 50_000,
  });
  expect(child?.exitCode).toBeNull();
});

test('SIGTERM ends it within 5 s in the middle of a backup, and nothing that looks like one is left', async () => {
  const child = started[1];
  await until(agentAnswers, { what: 'the agent answers', timeoutMs: 50_000 });
  server.freeze();
  try {
    await client().takeBackup();
    await until(async () => (await client().status()).backups.running !== null, { what: 'it is begun' });
    const gone = child && once(child, 'exit');
    const at = performance.now();
    child?.kill('SIGTERM');
    expect(await gone).toEqual([0, null]);
    expect(performance.now() - at).toBeLessThan(5_000);
  } finally {
    server.thaw();
  }
  expect(await pid('agent')).toBe(0);
  expect((await readdir(join(home, 'srv/backup'))).filter((name) => name.startsWith('db-1'))).toEqual([]);
});

test('a folder that is too deep for a socket is refused in a sentence', async () => {
  const deep = join(home, 'd'.repeat(100));
  await mkdir(deep);
  const yaml = join(home, 'etc/console.yaml');
  const before = await readFile(yaml, 'utf8');
  await writeFile(yaml, before.replace('../var\n', `${deep}\n`));
  const child = start('console');
  const said = child.stderr ? await textOf(child.stderr) : '';
  expect(said).toMatch(/sockets in .* would have a path of 1\d\d bytes; 107 are possible/);
  expect(said).toContain('console.runDirectory');
  await writeFile(yaml, before.replace('unix:../var/console.sock', `unix:${deep}/console.sock`));
  const other = start('console');
  expect(other.stderr ? await textOf(other.stderr) : '').toMatch(
    /console\.yaml:4: console\.listen\[1\]: the path of a socket has at most 107 bytes/,
  );
});
