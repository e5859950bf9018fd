import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createService } from './create-service.ts';
import { endedRun } from './fixtures.ts';
import type { Service } from './service.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'baton-command-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

async function switched(changes: { enable?: string[]; status?: string[] } = {}): Promise<Service> {
  const file = join(directory, 'on');
  return await createService(
    'cron',
    {
      kind: 'command',
      enable: ['touch', file],
      disable: ['rm', '-f', file],
      status: ['test', '-e', file],
      run: ['echo', '$HOME; `id`'],
      timeoutSeconds: 5,
      ...changes,
    },
    { stateDirectory: directory, now: () => new Date() },
  );
}

test('a service is switched by its commands and run by another', async () => {
  const service = await switched();
  expect(await service.status()).toMatchObject({ kind: 'command', enabled: false });
  await expect(service.run()).rejects.toMatchObject({ code: 'refused' });
  expect((await service.enable()).enabled).toBe(true);
  const run = await endedRun(service, (await service.run()).id);
  expect(run.state).toBe('done');
  expect((await service.status()).lastRun).toEqual({ at: run.endedAt, ok: true, id: run.id });
  expect((await service.disable()).enabled).toBe(false);
});

test('no shell reads the arguments', async () => {
  const service = await switched();
  await service.enable();
  expect((await endedRun(service, (await service.run()).id)).log).toBe('$HOME; `id`\n');
});

test('a command that fails says what it said', async () => {
  const service = await switched({ enable: ['ls', '/nonexistent'] });
  await expect(service.enable()).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/^cron could not be enabled: ls ended with code 2: .*\/nonexistent/),
  });
});

test('a status command that is not there is no answer, rather than "disabled"', async () => {
  const service = await switched({ status: ['/nonexistent'] });
  await expect(service.status()).rejects.toThrow('/nonexistent');
});
