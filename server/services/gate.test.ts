import { access, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../sandbox/until.ts';
import { createService } from './create-service.ts';
import { alive, endedRun } from './fixtures.ts';
import type { Service } from './service.ts';

let directory: string;
let gate: string;
const opened: Service[] = [];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'baton-gate-'));
  gate = join(directory, 'gate');
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((service) => service.close()));
  await rm(directory, { recursive: true });
});

async function gated(program: string | null, timeoutSeconds = 60): Promise<Service> {
  const run = program === null ? {} : { run: [process.execPath, '-e', program] };
  const configuration = { kind: 'gate', file: gate, timeoutSeconds, ...run } as const;
  const service = await createService('mariadb_update', configuration, {
    stateDirectory: directory,
    now: () => new Date(),
  });
  opened.push(service);
  return service;
}

async function pidIn(file: string): Promise<number> {
  let pid = 0;
  await until(
    async () => {
      pid = Number(await readFile(join(directory, file), 'utf8').catch(() => '0'));
      return pid > 0;
    },
    { what: `${file} holds a process id` },
  );
  return pid;
}

const writePid = (file: string): string =>
  `require('node:fs').writeFileSync(${JSON.stringify(join(directory, file))}, String(process.pid));`;

describe('a gate', () => {
  test('is open while its file is there, and switching it twice is the same as once', async () => {
    const service = await gated(null);
    expect(await service.status()).toEqual({
      name: 'mariadb_update',
      kind: 'gate',
      enabled: false,
      running: false,
      daemon: false,
      lastRun: null,
      problem: null,
    });
    expect((await service.enable()).enabled).toBe(true);
    expect((await service.enable()).enabled).toBe(true);
    await access(gate);
    expect((await service.disable()).enabled).toBe(false);
    expect((await service.disable()).enabled).toBe(false);
    await expect(access(gate)).rejects.toThrow('ENOENT');
  });

  test('that was opened by hand is open', async () => {
    const service = await gated(null);
    await writeFile(gate, '');
    expect((await service.status()).enabled).toBe(true);
  });

  test('that cannot be written says so', async () => {
    gate = join(directory, 'absent', 'gate');
    await expect((await gated(null)).enable()).rejects.toMatchObject({ code: 'unavailable' });
  });
});

describe('a run', () => {
  test('is refused while the gate is shut, and starts nothing', async () => {
    const service = await gated(writePid('pid'));
    await expect(service.run()).rejects.toMatchObject({ code: 'refused' });
    expect(await readdir(directory)).toEqual(['services']);
  });

  test('is refused where there is nothing to run', async () => {
    const service = await gated(null);
    await service.enable();
    await expect(service.run()).rejects.toMatchObject({ code: 'refused' });
  });

  test('keeps what it prints, and how it ended', async () => {
    const service = await gated("console.log('out'); console.error('err'); process.exitCode = 7");
    await service.enable();
    const { id } = await service.run();
    expect(await endedRun(service, id)).toMatchObject({
      service: 'mariadb_update',
      state: 'failed',
      exitCode: 7,
      log: 'out\nerr\n',
      endedAt: expect.any(String),
    });
    expect((await service.status()).lastRun).toMatchObject({ ok: false });
  });

  test('can be read while it goes on, and only one goes on', async () => {
    const service = await gated("console.log('begun'); setInterval(() => {}, 1000)");
    await service.enable();
    const { id } = await service.run();
    await until(async () => (await service.runOf(id))?.log === 'begun\n', { what: 'its first line' });
    expect(await service.runOf(id)).toMatchObject({ state: 'running', endedAt: null, exitCode: null });
    expect((await service.status()).running).toBe(true);
    await expect(service.run()).rejects.toMatchObject({ code: 'already-running', details: { id } });
  });

  test('answers the last 64 KiB of a long log', async () => {
    const service = await gated("console.log('x'.repeat(200000)); console.log('the end')");
    await service.enable();
    const { log } = await endedRun(service, (await service.run()).id);
    expect(log).toHaveLength(65_536);
    expect(log.endsWith('x\nthe end\n')).toBe(true);
  });

  test('has ended when disabling has, with what it started', async () => {
    const child = `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(`${writePid('child')} setInterval(() => {}, 1000)`)}]);`;
    const service = await gated(`${writePid('parent')} ${child} setInterval(() => {}, 1000)`);
    await service.enable();
    const { id } = await service.run();
    const pids = [await pidIn('parent'), await pidIn('child')];
    await service.disable();
    await until(async () => !(await Promise.all(pids.map(alive))).includes(true), {
      what: 'both ended',
      timeoutMs: 2000,
    });
    const run = await service.runOf(id);
    expect(run).toMatchObject({ state: 'failed', exitCode: null });
    expect(run?.log).toContain('ended: the service was disabled');
    await expect(service.run()).rejects.toMatchObject({ code: 'refused' });
  });

  test('that ignores SIGTERM is killed when the agent ends', async () => {
    const service = await gated(`process.on('SIGTERM', () => {}); ${writePid('pid')} setInterval(() => {}, 1000)`);
    await service.enable();
    await service.run();
    const pid = await pidIn('pid');
    const before = performance.now();
    await service.close();
    expect(performance.now() - before).toBeLessThan(4500);
    expect(await alive(pid)).toBe(false);
    await expect(service.run()).rejects.toMatchObject({ code: 'unavailable' });
  });

  test('is ended when its time is over', async () => {
    const service = await gated('setInterval(() => {}, 1000)', 0.5);
    await service.enable();
    const { log, state } = await endedRun(service, (await service.run()).id);
    expect(state).toBe('failed');
    expect(log).toContain('no end within 0.5 s');
  });

  test('of a program that is not there fails and says so', async () => {
    const configuration = { kind: 'gate' as const, file: gate, run: ['/nonexistent'], timeoutSeconds: 5 };
    const service = await createService('x', configuration, { stateDirectory: directory, now: () => new Date() });
    await service.enable();
    const run = await endedRun(service, (await service.run()).id);
    expect(run).toMatchObject({ state: 'failed', exitCode: null });
    expect(run.log).toContain('ENOENT');
  });

  test('is known to the next agent; one that was not ended by its agent has failed', async () => {
    const first = await gated("console.log('kept')");
    await first.enable();
    const { id } = await first.run();
    await endedRun(first, id);
    const cut = { ...(await first.runOf(id)), id: crypto.randomUUID(), state: 'running', endedAt: null };
    await writeFile(join(directory, 'services', 'mariadb_update', `${cut.id}.json`), JSON.stringify(cut));

    const next = await gated(null);
    expect(await next.runOf(id)).toMatchObject({ state: 'done', exitCode: 0, log: 'kept\n' });
    expect(await next.runOf(cut.id)).toMatchObject({ state: 'failed', endedAt: expect.any(String) });
  });

  test('that is not known is none, whatever its id is', async () => {
    const service = await gated(null);
    for (const id of ['', '..', '../../gate', crypto.randomUUID()]) expect(await service.runOf(id)).toBeNull();
  });
});
