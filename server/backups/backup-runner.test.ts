import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createCluster, type SandboxCluster } from '../sandbox/cluster.ts';
import { until } from '../sandbox/until.ts';
import { BackupRunner, type RunnerOptions } from './backup-runner.ts';
import { readCatalogue } from './catalogue.ts';
import { FailureNote } from './failure-note.ts';
import { backupRules, manifestOf, placeBackup } from './fixtures.ts';
import { manifestName, partialName } from './names.ts';
import { BackupTurn } from './turn.ts';

let cluster: SandboxCluster;
let directory: string;
let state: string;

beforeAll(async () => {
  cluster = await createCluster({ replicas: 0 });
});
afterAll(async () => {
  await cluster?.stop();
});
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'baton-runner-'));
  state = await mkdtemp(join(tmpdir(), 'baton-runner-state-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
  await rm(state, { recursive: true });
});

const rules = backupRules({ directory: '/unused' });

async function runner(changes: Partial<RunnerOptions> = {}): Promise<BackupRunner> {
  const { socket, optionsFile } = cluster.server('db-1');
  return new BackupRunner({
    server: 'db-1',
    socket,
    defaultsFile: optionsFile,
    directory,
    workDirectory: state,
    rules,
    inUse: () => null,
    now: () => new Date(),
    keep: {},
    note: await FailureNote.open(join(state, 'failure.json')),
    turn: new BackupTurn(),
    logger: pino({ level: 'silent' }),
    ...changes,
  });
}

async function ended(backups: BackupRunner, id: string) {
  await until(() => backups.run(id)?.state !== 'running', { what: 'the backup ends' });
  return backups.run(id);
}

test('a backup that is done removes those that are too old', async () => {
  await placeBackup(directory, Buffer.from('x'), '2026-01-01T00:00:00.000Z');
  const backups = await runner({ keep: { count: 1 } });
  await backups.open();
  const run = await ended(backups, (await backups.take()).id);
  expect(run).toMatchObject({ state: 'done', error: null });
  expect((await readCatalogue(directory)).map(({ name }) => name)).toEqual([run?.name]);
});

test('a second backup is refused while one goes on, and names it', async () => {
  const backups = await runner();
  await backups.open();
  const { id } = await backups.take();
  await expect(backups.take()).rejects.toMatchObject({ code: 'already-running', details: { id } });
  expect(backups.running()).toMatchObject({ id, state: 'running' });
  await ended(backups, id);
  await until(() => backups.running() === null, { what: 'nothing runs' });
});

test('two that are asked for at once are one backup', async () => {
  const backups = await runner();
  await backups.open();
  const asked = await Promise.allSettled([backups.take(), backups.take()]);
  expect(asked.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  await backups.close();
});

describe('a failure', () => {
  test('is remembered by the next agent, until a backup succeeds', async () => {
    const failing = await runner({ socket: join(state, 'no-server') });
    await failing.open();
    const run = await ended(failing, (await failing.take()).id);
    expect(run).toMatchObject({ state: 'failed', name: null, error: expect.stringContaining('no-server') });

    const next = await runner();
    await next.open();
    expect(next.failures()).toEqual([{ work: 'dump', at: run?.endedAt, text: run?.error }]);
    await ended(next, (await next.take()).id);
    expect(next.failures()).toEqual([]);
    expect((await runner()).failures()).toEqual([]);
  });

  test('of an agent that was killed is shown by the next one', async () => {
    const half = manifestOf(Buffer.from('x'), '2026-11-20T01:00:00.000Z').name;
    await writeFile(join(directory, partialName(half)), 'half');
    const backups = await runner();
    await backups.open();
    expect(backups.failures()[0]?.text).toContain(half);
    expect(await readdir(directory)).toEqual(['index.json']);
  });
});

test('a disk without room refuses the backup and remembers why', async () => {
  // A sparse file: its size is what the next dump is measured by, not what it takes.
  const huge = { ...manifestOf(Buffer.from(''), '2026-11-19T01:00:00.000Z'), bytes: 2 ** 43 };
  await writeFile(join(directory, manifestName(huge.name)), JSON.stringify(huge));
  await writeSparse(join(directory, huge.name), huge.bytes);
  const backups = await runner();
  await backups.open();
  await expect(backups.take()).rejects.toMatchObject({ code: 'refused' });
  expect(backups.failures()[0]?.text).toContain('bytes are free');
  expect(backups.running()).toBeNull();
});

test('ending gives up the backup in progress and leaves nothing of it', async () => {
  const backups = await runner();
  await backups.open();
  const { id } = await backups.take();
  await backups.close();
  expect(backups.run(id)).toMatchObject({ state: 'failed', error: 'the agent was ended' });
  expect(await readdir(directory)).toEqual(['index.json']);
  await expect(backups.take()).rejects.toMatchObject({ code: 'unavailable' });
});

async function writeSparse(path: string, bytes: number): Promise<void> {
  await writeFile(path, '');
  await truncate(path, bytes);
}
