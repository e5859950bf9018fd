import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { reservePort } from '../sandbox/ports.ts';
import { until } from '../sandbox/until.ts';
import { createService } from './create-service.ts';
import { alive, endedRun } from './fixtures.ts';
import { serverControl } from './server-control.ts';
import type { Service } from './service.ts';
import { RealSupervisord } from './testing/supervisord.ts';

let folder: string;
let supervisord: RealSupervisord;
const opened: Service[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'baton-sv-'));
  supervisord = new RealSupervisord(folder);
  await supervisord.start(programs());
});
afterAll(async () => {
  await supervisord?.stop();
  await rm(folder, { recursive: true, force: true });
});
afterEach(async () => {
  for (const service of opened.splice(0)) {
    await service.disable();
    await service.close();
  }
});

const node = (program: string): string => `${process.execPath} -e "${program}"`;

function programs(): string {
  const once = 'autostart=false\nautorestart=false\nstartsecs=0\n';
  const daemon = 'autostart=false\nautorestart=false\nstartsecs=0\nstopwaitsecs=5\n';
  const writePid = `require('fs').writeFileSync('${folder}/pid', String(process.pid));`;
  return `
[program:update]
command=${node("console.log('begun & <done>'); console.error('a warning'); process.exitCode = Number(require('fs').readFileSync('code'))")}
directory=${folder}
${once}
[program:long]
command=${node(`${writePid} console.log('goes on'); setInterval(() => {}, 1000)`)}
${once}
[program:worker]
command=${node(`${writePid} setInterval(() => {}, 1000)`)}
${daemon}
[program:impatient]
command=${node('')}
autostart=false
autorestart=false
startsecs=30
[program:absent]
command=/nonexistent/program
${once}
`;
}

async function supervised(program: string, changes: { daemon?: boolean; timeoutSeconds?: number } = {}) {
  const { url } = supervisord.address;
  const configuration = { kind: 'supervisord', url, program, daemon: false, timeoutSeconds: 60, ...changes } as const;
  const service = await createService(program, configuration, {
    stateDirectory: join(folder, 'state'),
    now: () => new Date(),
  });
  opened.push(service);
  return service;
}

const pid = async (): Promise<number> => Number(await readFile(join(folder, 'pid'), 'utf8').catch(() => '0'));

describe('a program that supervisord runs once', () => {
  test('is shut until it is enabled, and enabling does not start it', async () => {
    const service = await supervised('update');
    expect(await service.status()).toMatchObject({
      kind: 'supervisord',
      enabled: false,
      running: false,
      problem: null,
    });
    await expect(service.run()).rejects.toMatchObject({ code: 'refused' });
    expect(await service.enable()).toMatchObject({ enabled: true, running: false });
    // The mark is on the disk: another agent sees it.
    expect(await (await supervised('update')).status()).toMatchObject({ enabled: true });
    expect(await service.disable()).toMatchObject({ enabled: false });
  });

  test('keeps what it prints on both streams, and how it ended', async () => {
    const service = await supervised('update');
    await service.enable();
    for (const code of [0, 7, 0]) {
      await writeFile(join(folder, 'code'), String(code));
      const run = await endedRun(service, (await service.run()).id);
      expect(run).toMatchObject({ state: code === 0 ? 'done' : 'failed', exitCode: code });
      // Of this run alone, though supervisord's log has all of them.
      expect(run.log).toBe('begun & <done>\na warning\n');
    }
    expect(await service.status()).toMatchObject({ running: false, lastRun: { ok: true } });
  });

  test('is ended by disabling it', async () => {
    const service = await supervised('long');
    await service.enable();
    const { id } = await service.run();
    await until(async () => (await service.runOf(id))?.log === 'goes on\n', { what: 'its first line' });
    expect(await service.status()).toMatchObject({ running: true });
    expect(await service.disable()).toMatchObject({ enabled: false, running: false });
    expect(await alive(await pid())).toBe(false);
    expect(await service.runOf(id)).toMatchObject({ state: 'failed', exitCode: null });
  });

  test('goes on when the agent ends, and the next agent sees it', async () => {
    const service = await supervised('long');
    await service.enable();
    const { id } = await service.run();
    await until(async () => (await service.runOf(id))?.log !== '', { what: 'its first line' });
    await service.close();
    expect(await service.runOf(id)).toMatchObject({ state: 'failed', log: expect.stringContaining('goes on with it') });
    const next = await supervised('long');
    expect(await next.status()).toMatchObject({ enabled: true, running: true });
    expect(await alive(await pid())).toBe(true);
  });

  test('that takes too long is ended, and said', async () => {
    const service = await supervised('long', { timeoutSeconds: 1 });
    await service.enable();
    const run = await endedRun(service, (await service.run()).id);
    expect(run).toMatchObject({ state: 'failed', log: expect.stringContaining('no end within 1 s') });
    expect(await service.status()).toMatchObject({ running: false });
  });

  test.each([
    { program: 'impatient', says: 'startsecs=0' },
    { program: 'absent', says: '/nonexistent/program' },
  ])('$program, which supervisord can not run so, says what to change', async ({ program, says }) => {
    const service = await supervised(program);
    await service.enable();
    const ended = await endedRun(service, (await service.run()).id);
    expect(ended.state).toBe('failed');
    expect(ended.log).toContain(says);
    expect(await service.status()).toMatchObject({ running: false });
  });
});

describe('a program that supervisord runs all the time', () => {
  test('is up while it is enabled, and a run of it is its start', async () => {
    const service = await supervised('worker', { daemon: true });
    expect(await service.enable()).toMatchObject({ enabled: true, running: true });
    await until(async () => (await pid()) > 0 && (await alive(await pid())), { what: 'its process' });
    expect(await endedRun(service, (await service.run()).id)).toMatchObject({ state: 'done', exitCode: 0 });
    expect(await service.disable()).toMatchObject({ enabled: false, running: false });
    expect(await alive(await pid())).toBe(false);
  });

  test('that fell is said, and enabling starts it again', async () => {
    const service = await supervised('worker', { daemon: true });
    await service.enable();
    await until(async () => await alive(await pid()), { what: 'its process' });
    process.kill(await pid(), 'SIGKILL');
    await until(async () => !(await service.status()).running, { what: 'supervisord sees it' });
    expect(await service.status()).toMatchObject({ enabled: true, problem: expect.stringContaining('EXITED') });
    expect(await service.enable()).toMatchObject({ enabled: true, running: true, problem: null });
  });

  test('that supervisord started by itself counts as enabled: it is to be shut on a replica', async () => {
    const service = await supervised('worker', { daemon: true });
    await serverControl({ kind: 'supervisord', ...supervisord.address, program: 'worker' }, 5_000).start();
    expect(await service.status()).toMatchObject({ enabled: true, running: true });
  });
});

test('a database is stopped and started by supervisord, whoever asks twice', async () => {
  const control = serverControl({ kind: 'supervisord', ...supervisord.address, program: 'worker' }, 10_000);
  await control.start();
  await control.start();
  expect(await control.running()).toBe(true);
  await control.stop();
  await control.stop();
  expect(await control.running()).toBe(false);
});

test('a supervisord that is not there is no answer, rather than "disabled"', async () => {
  const address = { kind: 'supervisord', url: `unix://${folder}/none`, program: 'x' } as const;
  const service = await createService(
    'gone',
    { ...address, daemon: false, timeoutSeconds: 60 },
    { stateDirectory: join(folder, 'state'), now: () => new Date() },
  );
  await expect(service.status()).rejects.toThrow(`supervisord at ${folder}/none`);
  expect(await service.look()).toMatchObject({ enabled: true, problem: expect.stringContaining(`${folder}/none`) });
  await expect(service.enable()).rejects.toMatchObject({ code: 'unavailable' });
});

test('a program that supervisord does not know is refused in its words', async () => {
  const control = serverControl({ kind: 'supervisord', ...supervisord.address, program: 'nobody' }, 5_000);
  await expect(control.stop()).rejects.toThrow('supervisord refused supervisor.getProcessInfo: BAD_NAME');
});

test('over TCP with a name and a password, and no password in what it says when that is wrong', async () => {
  const other = await mkdtemp(join(tmpdir(), 'baton-sv6-'));
  const passwordFile = join(other, 'password');
  await writeFile(passwordFile, 'a secret of supervisord\n', { mode: 0o600 });
  const { port } = await reservePort();
  const http = { port, username: 'baton', passwordFile };
  const server = new RealSupervisord(other, http);
  try {
    await server.start(
      `[program:touch]\ncommand=/usr/bin/touch ${other}/done\nautostart=false\nautorestart=false\nstartsecs=0\n`,
    );
    const service = await createService(
      'touch',
      { kind: 'supervisord', ...server.address, program: 'touch', daemon: false, timeoutSeconds: 60 },
      { stateDirectory: join(other, 'state'), now: () => new Date() },
    );
    await service.enable();
    expect(await endedRun(service, (await service.run()).id)).toMatchObject({ state: 'done' });
    expect(existsSync(join(other, 'done'))).toBe(true);
    await writeFile(passwordFile, 'another secret');
    const problem = (await service.look()).problem ?? '';
    expect(problem).toContain('it wants a name and a password');
    expect(problem).not.toContain('secret');
  } finally {
    await server.stop();
    await rm(other, { recursive: true, force: true });
  }
});
