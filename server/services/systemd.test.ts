import { access, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { until } from '../sandbox/until.ts';
import { createService } from './create-service.ts';
import { alive, endedRun } from './fixtures.ts';
import type { Service } from './service.ts';

let folder: string;
const opened: Service[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'baton-systemd-'));
  const bin = join(folder, 'bin');
  await mkdir(bin);
  const fake = join(import.meta.dirname, 'testing', 'fake-systemctl.mjs');
  // A program of its own name each: `fake-…` is what it is, `systemctl` what Baton starts.
  await writeFile(join(bin, 'systemctl'), `#!/bin/sh\nexec ${process.execPath} ${fake} "$@"\n`, { mode: 0o755 });
  await symlink(fake, join(folder, 'fake-journalctl'));
  await writeFile(
    join(bin, 'journalctl'),
    `#!/bin/sh\nexec ${process.execPath} --preserve-symlinks-main ${folder}/fake-journalctl "$@"\n`,
    { mode: 0o755 },
  );
  vi.stubEnv('PATH', `${bin}:${process.env['PATH']}`);
  vi.stubEnv('FAKE_SYSTEMD', folder);
});
afterEach(async () => {
  for (const service of opened.splice(0)) {
    await service.disable();
    await service.close();
  }
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

async function unit(
  parts: { program: string; type?: 'oneshot' | 'simple'; file?: 'enabled' | 'disabled' | 'static' },
  daemon = false,
): Promise<Service> {
  const name = 'mariadb_update.service';
  const place = join(folder, name);
  await mkdir(place, { recursive: true });
  await writeFile(join(folder, 'unit'), place);
  await writeFile(join(place, 'exec'), JSON.stringify([process.execPath, '-e', parts.program]));
  await writeFile(join(place, 'type'), parts.type ?? 'oneshot');
  await writeFile(join(place, 'file'), parts.file ?? 'static');
  return await open(name, daemon);
}

async function open(name: string, daemon: boolean): Promise<Service> {
  const service = await createService(
    'mariadb_update',
    { kind: 'systemd', unit: name, user: false, daemon, timeoutSeconds: 60 },
    { stateDirectory: join(folder, 'state'), now: () => new Date() },
  );
  opened.push(service);
  return service;
}

const forEver = (file: string): string =>
  `require('fs').writeFileSync(${JSON.stringify(file)}, String(process.pid)); setInterval(() => {}, 1000)`;
const pid = async (): Promise<number> => Number(await readFile(join(folder, 'pid'), 'utf8').catch(() => '0'));

describe('a unit that is run once', () => {
  test('may run while it is enabled, and keeps what the journal has of it', async () => {
    const service = await unit({ program: "console.log('begun'); process.exitCode = 3" });
    expect(await service.status()).toMatchObject({ kind: 'systemd', enabled: false, running: false, problem: null });
    await expect(service.run()).rejects.toMatchObject({ code: 'refused' });
    expect(await service.enable()).toMatchObject({ enabled: true, running: false });
    const run = await endedRun(service, (await service.run()).id);
    expect(run).toMatchObject({ state: 'failed', exitCode: 3, log: 'begun\n' });
    expect(await service.disable()).toMatchObject({ enabled: false });
  });

  test('has ended when disabling has', async () => {
    const service = await unit({ program: forEver(join(folder, 'pid')) });
    await service.enable();
    const { id } = await service.run();
    await until(async () => (await pid()) > 0, { what: 'its process' });
    expect(await service.status()).toMatchObject({ running: true });
    expect(await service.disable()).toMatchObject({ enabled: false, running: false });
    expect(await alive(await pid())).toBe(false);
    expect(await service.runOf(id)).toMatchObject({ state: 'failed' });
  });

  test('that starts at boot counts as enabled, and does so no more when it is disabled', async () => {
    const service = await unit({ program: '', file: 'enabled' });
    expect(await service.status()).toMatchObject({ enabled: true });
    expect(await service.disable()).toMatchObject({ enabled: false });
    expect(await readFile(join(folder, 'mariadb_update.service', 'file'), 'utf8')).toBe('disabled');
  });
});

test('a unit that runs all the time is up, now and at boot, while it is enabled', async () => {
  const service = await unit({ program: forEver(join(folder, 'pid')), type: 'simple', file: 'disabled' }, true);
  expect(await service.enable()).toMatchObject({ enabled: true, running: true });
  expect(await readFile(join(folder, 'mariadb_update.service', 'file'), 'utf8')).toBe('enabled');
  expect(await endedRun(service, (await service.run()).id)).toMatchObject({ state: 'done' });
  await until(async () => (await pid()) > 0, { what: 'its process' });
  process.kill(await pid(), 'SIGKILL');
  await until(async () => !(await service.status()).running, { what: 'systemd sees it' });
  expect(await service.status()).toMatchObject({ enabled: true, problem: expect.stringContaining('failed') });
  expect(await service.enable()).toMatchObject({ running: true, problem: null });
  expect(await service.disable()).toMatchObject({ enabled: false, running: false });
  expect(await readFile(join(folder, 'mariadb_update.service', 'file'), 'utf8')).toBe('disabled');
});

test('a unit that systemd does not know is no answer, rather than "disabled"', async () => {
  const service = await open('nobody.service', false);
  opened.pop();
  await expect(service.status()).rejects.toThrow('systemd has no unit nobody.service');
  expect(await service.look()).toMatchObject({ enabled: true, problem: expect.stringContaining('nobody.service') });
});

test('the systemctl of this machine, whatever runs it, is no answer about a unit that is nowhere', async () => {
  // Without systemd it can't be asked, without systemctl not started, and with both there is no such unit.
  vi.unstubAllEnvs();
  const service = await open('baton-test-nowhere.service', false);
  opened.pop();
  await expect(service.status()).rejects.toMatchObject({ code: 'unavailable' });
  await expect(access(join(folder, 'state', 'services', 'mariadb_update', 'enabled'))).rejects.toThrow('ENOENT');
});
