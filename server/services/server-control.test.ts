import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { serverControl } from './server-control.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'baton-control-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('commands of the host: a server is only stopped while it runs, and only started while it does not', async () => {
  const file = join(folder, 'up');
  const control = serverControl(
    // A second start or stop would fail.
    { kind: 'command', start: ['mkdir', file], stop: ['rmdir', file], status: ['test', '-d', file] },
    5_000,
  );
  expect(await control.running()).toBe(false);
  await control.stop();
  await control.start();
  await control.start();
  expect([await control.running(), existsSync(file)]).toEqual([true, true]);
  await control.stop();
  expect(existsSync(file)).toBe(false);
});

test('a command that fails says what it said', async () => {
  const stop = ['ls', join(folder, 'nothing')];
  const control = serverControl({ kind: 'command', start: ['true'], stop, status: ['true'] }, 5_000);
  await expect(control.stop()).rejects.toThrow(/ls .* ended with code 2: ls: cannot access/);
});

test('a supervisord that is not there is said, with its socket', async () => {
  const control = serverControl({ kind: 'supervisord', url: `unix://${folder}/none`, program: 'mariadb' }, 5_000);
  await expect(control.running()).rejects.toThrow(`supervisord at ${folder}/none`);
});
