import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runBaton, type Ran } from '../testing/run-baton.ts';
import { sandboxStatus, type SandboxStatus } from './control-protocol.ts';

let folder: string;
let dir: string;
let up: ChildProcess;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'baton-sandbox-'));
  dir = join(folder, 'cluster');
  up = spawn(join(import.meta.dirname, '..', 'baton.mjs'), ['sandbox', 'up', '--dir', dir, '--replicas', '1'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  // Its last line says how to stop it: then it is up.
  for await (const chunk of up.stdout ?? []) if (String(chunk).includes('Ctrl-C')) break;
});

afterAll(async () => {
  if (up.exitCode === null) {
    up.kill('SIGKILL');
    await once(up, 'exit');
  }
  await rm(folder, { recursive: true, force: true });
});

const sandbox = async (...args: string[]): Promise<Ran> => await runBaton(['sandbox', ...args, '--dir', dir]);

async function status(): Promise<SandboxStatus> {
  return sandboxStatus.parse(JSON.parse((await sandbox('status', '--json')).stdout));
}

const pidOf = async (name: string): Promise<number | null> =>
  (await status()).servers.find((server) => server.name === name)?.pid ?? null;

test('a server that was killed from another process can be started again', async () => {
  const before = await pidOf('db-2');
  expect(before).toBeGreaterThan(1);
  expect(await sandbox('kill', 'db-2')).toMatchObject({ code: 0, stdout: 'db-2 is killed (SIGKILL).\n' });
  expect(await pidOf('db-2')).toBe(null);
  expect(existsSync(`/proc/${before}`)).toBe(false);
  expect(await sandbox('start', 'db-2')).toMatchObject({ code: 0 });
  expect(await pidOf('db-2')).not.toBe(before);
});

test('the write load can be turned on and off', async () => {
  const { writes } = await status();
  expect(await sandbox('load', '200')).toMatchObject({ code: 0 });
  await expect.poll(async () => (await status()).writes, { timeout: 20_000 }).toBeGreaterThan(writes);
  expect(await sandbox('load', '0')).toMatchObject({ code: 0 });
});

test('what cannot be done is said in a sentence', async () => {
  expect(await sandbox('kill', 'db-9')).toMatchObject({ code: 3, stderr: 'no server db-9; there are: db-1, db-2\n' });
  expect(await sandbox('stop-thread', 'db-2', 'third')).toMatchObject({ code: 3 });
  expect(await runBaton(['sandbox', 'status', '--dir', folder])).toMatchObject({ code: 2 });
});

test('Ctrl-C ends every server, and the folder stays for the next run', async () => {
  const pids = (await status()).servers.map(({ pid }) => pid);
  up.kill('SIGINT');
  await once(up, 'exit');
  expect(up.exitCode).toBe(0);
  expect(pids.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
  expect(existsSync(join(dir, 'cluster.json'))).toBe(true);
  expect(existsSync(join(dir, 'sandbox.json'))).toBe(false);
});
