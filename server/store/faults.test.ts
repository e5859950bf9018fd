import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { connect } from './connection.ts';
import { mainMigrations } from './main-migrations.ts';
import { migrate } from './migrate.ts';
import { openSqliteStore, sqliteStore } from './sqlite-store.ts';
import { storeError } from './sqlite-errors.ts';
import { eventLoopDuring } from './testing/event-loop.ts';
import { operationClaim, operationRow as operation } from './testing/operation-row.ts';

let directory = '';
let file = '';

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'baton-faults-'));
  file = join(directory, 'console.sqlite');
});

afterEach(() => rmSync(directory, { recursive: true }));

const row = { operationId: 'op-1', at: 1, step: 'freeze', kind: 'intent', data: '{}' } as const;

test.each([
  ['full', 2],
  ['normal', 1],
] as const)('a connection opened %s syncs as SQLite numbers it: %i', async (synchronous, number) => {
  const connection = await connect(file, synchronous);
  expect(await connection.pragma('PRAGMA synchronous')).toEqual({ synchronous: number });
  expect(await connection.pragma('PRAGMA journal_mode')).toEqual({ journal_mode: 'wal' });
  await connection.close();
});

describe('another process holds the lock', () => {
  test('writing is refused with the reason, reading goes on, and all is well when the lock is gone', async () => {
    const store = await openSqliteStore(file, { patienceMs: 100 });
    await store.journal.begin(operation, operationClaim, []);
    const other = new DatabaseSync(file);
    other.prepare('BEGIN EXCLUSIVE').run();
    const refused = { code: 'unavailable', message: `The store ${file} is locked by another process.` };
    await expect(store.journal.append([row])).rejects.toMatchObject(refused);
    expect(await store.writable()).toBe(refused.message);
    expect(await store.journal.unfinished()).toEqual([operation]);
    expect(await store.journal.entries('op-1')).toEqual([]);
    other.prepare('ROLLBACK').run();
    other.close();
    expect(await store.writable()).toBeNull();
    await store.journal.append([row]);
    expect(await store.journal.entries('op-1')).toHaveLength(1);
    await store.close();
  });

  test('a lock that passes is waited for, without stopping the event loop', async () => {
    const store = await openSqliteStore(file);
    await store.journal.begin(operation, operationClaim, []);
    const other = new DatabaseSync(file);
    other.prepare('BEGIN EXCLUSIVE').run();
    let append: Promise<void> = Promise.resolve();
    const { longestMs } = await eventLoopDuring(() => {
      append = store.journal.append([row]);
      return Promise.race([append, sleep(400)]);
    });
    expect(await store.journal.entries('op-1')).toEqual([]);
    // SQLite's own busy time-out would have stopped it for all of the time.
    expect(longestMs).toBeLessThan(200);
    other.prepare('ROLLBACK').run();
    await append;
    other.close();
    await store.close();
  });

  test('writes that waited for the lock come in the order they were asked', async () => {
    const store = await openSqliteStore(file);
    await store.journal.begin(operation, operationClaim, []);
    const other = new DatabaseSync(file);
    other.prepare('BEGIN EXCLUSIVE').run();
    const writes = Array.from({ length: 20 }, (_, n) => store.journal.append([{ ...row, data: String(n) }]));
    await nextTurn();
    other.prepare('ROLLBACK').run();
    other.close();
    await Promise.all(writes);
    const entries = await store.journal.entries('op-1');
    expect(entries.map((entry) => entry.data)).toEqual(Array.from({ length: 20 }, (_, n) => String(n)));
    await store.close();
  });

  test('what is written soon goes along with the next write where one fails, and fails at once where none is left', async () => {
    const store = await openSqliteStore(file, { patienceMs: 800 });
    await store.journal.begin(operation, operationClaim, []);
    const entry = {
      at: '2026-01-01T00:00:00.000Z',
      actor: 'ana',
      from: '::1',
      action: 'takeover',
      cluster: 'erp5',
      object: 'db-2',
      result: 'asked',
      operationId: null,
    };
    const other = new DatabaseSync(file);
    other.prepare('BEGIN EXCLUSIVE').run();
    const story: string[] = [];
    const told = (what: string) => [() => story.push(`${what} written`), () => story.push(`${what} failed`)] as const;
    const soon = store.audit.appendSoon(entry, () => story.push('told')).then(...told('entry'));
    const first = store.memory.put('k', 'v', 0).then(...told('first'));
    await sleep(500);
    // It has more patience left than the one before it.
    const second = store.memory.put('k', 'w', 0).then(...told('second'));
    await first;
    other.prepare('ROLLBACK').run();
    await Promise.all([soon, second]);
    expect(story).toEqual(['first failed', 'entry written', 'second written']);
    expect(await store.audit.list({ limit: 9 })).toHaveLength(1);
    other.prepare('BEGIN EXCLUSIVE').run();
    const last = store.audit.appendSoon(entry, () => story.push('told')).then(...told('last'));
    await Promise.all([last, store.memory.put('k', 'x', 0).then(...told('put'))]);
    expect(story.slice(3)).toEqual(['told', 'last failed', 'put failed']);
    other.close();
    await store.close();
  });

  test('writes asked together give up together: a locked store does not pile up work', async () => {
    const store = await openSqliteStore(file, { patienceMs: 200 });
    const other = new DatabaseSync(file);
    other.prepare('BEGIN EXCLUSIVE').run();
    const start = performance.now();
    const results = await Promise.allSettled(Array.from({ length: 50 }, () => store.memory.put('k', 'v', 0)));
    expect(results.every((result) => result.status === 'rejected')).toBe(true);
    expect(performance.now() - start).toBeLessThan(2000);
    other.close();
    await store.close();
  });
});

describe('the disk is full', () => {
  test('writing is refused with the reason, what was written stays, reading goes on', async () => {
    const main = await connect(file, 'full');
    await migrate(main, mainMigrations, 0);
    const samples = await connect(`${file}.samples`, 'normal');
    const store = sqliteStore(main, samples);
    await store.journal.begin(operation, operationClaim, []);
    await store.journal.append([row]);
    // SQLite answers the same when a page count is reached as when the disk has no more pages.
    await main.pragma('PRAGMA max_page_count = 1');
    const refused = { code: 'unavailable', message: `The store ${file} cannot be written: the disk is full.` };
    const big = 'x'.repeat(1_000_000);
    await expect(store.journal.append([{ ...row, data: big }])).rejects.toMatchObject(refused);
    await expect(store.memory.put('k', big, 0)).rejects.toMatchObject(refused);
    expect(await store.journal.entries('op-1')).toHaveLength(1);
    expect(await store.journal.unfinished()).toHaveLength(1);
    await main.pragma('PRAGMA max_page_count = 1000000');
    await store.journal.append([{ ...row, data: big }]);
    expect((await store.journal.entries('op-1')).map((entry) => entry.sequence)).toEqual([1, 2]);
    await store.close();
  });
});

describe('a store that cannot be opened', () => {
  test('by a newer Baton: it is refused and not touched', async () => {
    const store = await openSqliteStore(file);
    await store.close();
    const other = new DatabaseSync(file);
    other.prepare("INSERT INTO migrations VALUES (99, 'from the future', 0)").run();
    other.close();
    await expect(openSqliteStore(file)).rejects.toMatchObject({
      code: 'unavailable',
      message: `The store ${file} was written by a newer Baton (schema 99; this one knows 2).`,
    });
  });

  test('what is no database is named as such', async () => {
    writeFileSync(file, 'something else entirely, and long enough to be looked at as a header'.repeat(20));
    await expect(openSqliteStore(file)).rejects.toMatchObject({
      code: 'unavailable',
      message: `The store ${file} is not a SQLite database.`,
    });
  });

  test('damaged history alone is named as such', async () => {
    const store = await openSqliteStore(file);
    await store.close();
    writeFileSync(`${file}.samples`, 'not a database, and long enough to be looked at as a header'.repeat(20));
    await expect(openSqliteStore(file)).rejects.toThrow(`${file}.samples is not a SQLite database`);
  });

  test('with a folder in its place it is unavailable', async () => {
    await expect(openSqliteStore(directory)).rejects.toMatchObject({ code: 'unavailable' });
  });

  test.skipIf(process.getuid?.() === 0)('no permission', async () => {
    chmodSync(directory, 0o500);
    await expect(openSqliteStore(join(directory, 'sub', 'x'))).rejects.toMatchObject({ code: 'unavailable' });
    chmodSync(directory, 0o700);
  });
});

describe('migrations', () => {
  test('stores that are opened at the same time migrate once', async () => {
    const opened = await Promise.all(Array.from({ length: 5 }, () => openSqliteStore(file)));
    expect(await Promise.all(opened.map((store) => store.writable()))).toEqual([null, null, null, null, null]);
    for (const store of opened) await store.close();
  });

  test('one that fails leaves nothing of itself, and those before it stay', async () => {
    const connection = await connect(file, 'full');
    const list = [
      { number: 1, name: 'one', statements: ['CREATE TABLE one (n BIGINT)'] },
      { number: 2, name: 'two', statements: ['CREATE TABLE two (n BIGINT)', 'CREATE TABLE one (n BIGINT)'] },
    ];
    await expect(migrate(connection, list, 0)).rejects.toThrow('already exists');
    const tables = await connection.read((work) =>
      work.all("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"),
    );
    expect(tables.map((table) => table['name'])).toEqual(['migrations', 'one']);
    await migrate(connection, list.slice(0, 1), 0);
    await connection.close();
  });

  test('a file that is up to date is opened without writing, so also while another holds the lock', async () => {
    await (await openSqliteStore(file)).close();
    const other = new DatabaseSync(file);
    other.prepare('BEGIN EXCLUSIVE').run();
    const store = await openSqliteStore(file, { patienceMs: 100 });
    expect(await store.users.list()).toEqual([]);
    other.close();
    await store.close();
  });
});

test('a closed store says so', async () => {
  const store = await openSqliteStore(file);
  await store.close();
  await expect(store.users.list()).rejects.toMatchObject({
    code: 'unavailable',
    message: `The store ${file} is closed.`,
  });
  await store.close();
});

function sqliteError(errcode: number): Error {
  return Object.assign(new Error('sqlite'), { code: 'ERR_SQLITE_ERROR', errcode });
}

test('each code of SQLite that the machine causes is unavailable, each that we cause is a bug', () => {
  // 261 SQLITE_BUSY_RECOVERY, 778 SQLITE_IOERR_WRITE, 1032 SQLITE_READONLY_DBMOVED: extended codes count as their first.
  for (const code of [5, 6, 7, 8, 10, 11, 13, 14, 26, 261, 778, 1032])
    expect(storeError(sqliteError(code), file)).toMatchObject({ code: 'unavailable' });
  for (const code of [1, 19, 21]) expect(storeError(sqliteError(code), file)).toMatchObject({ errcode: code });
});
