import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openStore } from './open-store.ts';
import { openSqliteStore } from './sqlite-store.ts';
import type { Store } from './store.ts';
import { operationClaim, operationRow as operation } from './testing/operation-row.ts';

let directory = '';
let file = '';
let store: Store;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'baton-store-'));
  file = join(directory, 'new', 'console.sqlite');
  store = await openSqliteStore(file);
});

afterEach(async () => {
  await store.close();
  rmSync(directory, { recursive: true });
});

test('only the user of the console can read the store', () => {
  expect(statSync(join(directory, 'new')).mode & 0o777).toBe(0o700);
  for (const name of ['', '-wal', '-shm', '.samples']) expect(statSync(file + name).mode & 0o777).toBe(0o600);
});

test('an address that is no sqlite:/// path is refused with the form to write', async () => {
  await expect(openStore('mysql://db/baton')).rejects.toMatchObject({ code: 'invalid' });
  const again = await openStore(`sqlite://${file}`);
  await again.close();
});

describe('users', () => {
  const alice = { username: 'alice', role: 'admin', passwordHash: 'h1', createdAt: 1 } as const;
  const bob = { username: 'bob', role: 'viewer', passwordHash: 'h2', createdAt: 2 } as const;

  test('a second user of the same name does not replace the first', async () => {
    expect(await store.users.add(alice)).toBe(true);
    expect(await store.users.add({ ...alice, passwordHash: 'other' })).toBe(false);
    expect(await store.users.get('alice')).toEqual(alice);
  });

  test('a new password never brings a removed user back', async () => {
    expect(await store.users.setPasswordHash('alice', 'h')).toBe(false);
    expect(await store.users.list()).toEqual([]);
  });

  test('of two admins that remove each other one stays', async () => {
    await store.users.add(alice);
    await store.users.add({ ...bob, role: 'admin' });
    const results = await Promise.all([store.users.remove('alice'), store.users.remove('bob')]);
    expect(results.toSorted()).toEqual(['last-admin', 'removed']);
    expect(await store.users.list()).toHaveLength(1);
  });

  test('the sessions of a removed user go with it', async () => {
    await store.users.add(alice);
    await store.users.add(bob);
    await store.sessions.put({ id: 's', username: 'bob', createdAt: 1, expiresAt: 9 });
    expect(await store.users.remove('bob')).toBe('removed');
    expect(await store.sessions.get('s')).toBeNull();
    expect(await store.users.remove('bob')).toBe('unknown');
  });
});

test('sessions end one by one, by user and by age', async () => {
  for (const id of ['a', 'b', 'c'])
    await store.sessions.put({ id, username: id === 'c' ? 'carol' : 'alice', createdAt: 1, expiresAt: 100 });
  await store.sessions.remove('a');
  expect(await store.sessions.get('a')).toBeNull();
  expect(await store.sessions.removeOf('alice')).toBe(1);
  expect(await store.sessions.removeExpired(99)).toBe(0);
  expect(await store.sessions.removeExpired(100)).toBe(1);
});

test('tokens are found by hash, keep their last use and are gone when revoked', async () => {
  const token = {
    id: 't',
    name: 'ci',
    role: 'takeover',
    takeover: { cluster: 'erp5', server: 'db-2' },
    hash: 'x',
    createdAt: 1,
    expiresAt: null,
    lastUsedAt: null,
  } as const;
  await store.tokens.put(token);
  await store.tokens.touch('t', 5);
  expect(await store.tokens.findByHash('x')).toEqual({ ...token, lastUsedAt: 5 });
  expect(await store.tokens.findByHash('y')).toBeNull();
  expect(await store.tokens.remove('t')).toBe(true);
  expect(await store.tokens.remove('t')).toBe(false);
  expect(await store.tokens.list()).toEqual([]);
});

const entry = {
  at: '2026-01-01T00:00:00.000Z',
  actor: 'alice',
  from: '::1',
  action: 'takeover',
  cluster: 'erp5',
  object: 'db-2',
  result: 'succeeded',
  operationId: 'op-1',
};

describe('audit', () => {
  test('entries are numbered without gaps and read newest first, page by page', async () => {
    for (let n = 0; n < 5; n++) await store.audit.append(n === 2 ? { ...entry, cluster: null } : entry);
    const page = await store.audit.list({ limit: 2 });
    expect(page.map((row) => row.id)).toEqual([5, 4]);
    expect(page[0]).toEqual({ ...entry, id: 5 });
    expect((await store.audit.list({ limit: 9, before: 4 })).map((row) => row.id)).toEqual([3, 2, 1]);
    expect((await store.audit.list({ limit: 9, cluster: 'erp5' })).map((row) => row.id)).toEqual([5, 4, 2, 1]);
  });

  test('an entry can be neither changed nor removed', async () => {
    await store.audit.append(entry);
    const other = new DatabaseSync(file);
    expect(() => other.prepare("UPDATE audit SET actor = 'mallory'").run()).toThrow('never changed');
    expect(() => other.prepare('DELETE FROM audit').run()).toThrow('never removed');
    expect(() =>
      other.prepare("REPLACE INTO audit SELECT id, at, 'mallory', '', '', '', '', '', '' FROM audit").run(),
    ).toThrow('never changed');
    other.close();
    expect(await store.audit.list({ limit: 9 })).toEqual([{ ...entry, id: 1 }]);
  });
});

describe('what is written soon', () => {
  test('is on the disk with the next write, and without one a moment later', async () => {
    let written = false;
    const soon = store.audit.appendSoon(entry).then(() => (written = true));
    expect(await store.audit.list({ limit: 9 })).toEqual([]);
    await store.memory.put('k', 'v', 0);
    expect(await store.audit.list({ limit: 9 })).toEqual([{ ...entry, id: 1 }]);
    await soon;
    expect(written).toBe(true);
    expect(await store.audit.appendSoon(entry)).toEqual({ ...entry, id: 2 });
  });

  test('does not suffer from the refusal of the write that it came with', async () => {
    const soon = store.audit.appendSoon(entry);
    const lost = { name: 'operations/erp5', holder: 'a', fence: 7, expiresAt: 9 };
    await expect(store.journal.append([], lost)).rejects.toMatchObject({ code: 'already-running' });
    expect(await soon).toEqual({ ...entry, id: 1 });
  });

  test('and is refused for a reason of its own takes nothing with it', async () => {
    const lost = { name: 'operations/erp5', holder: 'a', fence: 7, expiresAt: 9 };
    const row = { operationId: 'none', at: 1, step: '', kind: 'note', data: '' } as const;
    await store.journal.begin(operation, operationClaim, []);
    const lease = await store.leases.get(operationClaim.name);
    const failures: unknown[] = [];
    const writes = await Promise.allSettled([
      store.journal.appendSoon([], lost, (error) => failures.push(error)),
      store.journal.appendSoon([row], lease ?? lost),
      store.audit.appendSoon(entry),
      store.memory.put('k', 'v', 0),
    ]);
    expect(writes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled', 'fulfilled']);
    expect(failures).toMatchObject([{ code: 'already-running' }]);
    expect(await store.audit.list({ limit: 9 })).toEqual([{ ...entry, id: 1 }]);
  });

  test('is not lost when the store is closed at once', async () => {
    const soon = store.audit.appendSoon(entry);
    await store.close();
    await soon;
    store = await openSqliteStore(file);
    expect(await store.audit.list({ limit: 9 })).toEqual([{ ...entry, id: 1 }]);
  });
});

describe('journal', () => {
  test('rows come back in the order they were written, after the store was opened again', async () => {
    await store.journal.begin(operation, operationClaim, []);
    for (const kind of ['intent', 'record', 'result'] as const)
      await store.journal.append([{ operationId: 'op-1', at: 1, step: 'freeze', kind, data: '{}' }]);
    await store.close();
    store = await openSqliteStore(file);
    expect((await store.journal.entries('op-1')).map((row) => [row.sequence, row.kind])).toEqual([
      [1, 'intent'],
      [2, 'record'],
      [3, 'result'],
    ]);
    expect(await store.journal.get('op-1')).toEqual(operation);
  });

  test('an operation without an end is unfinished, one with an end is not', async () => {
    await store.journal.begin(operation, operationClaim, []);
    await store.journal.begin({ ...operation, id: 'op-2', startedAt: 2000 }, operationClaim, []);
    await store.journal.update('op-2', { endedAt: 3000, outcome: 'succeeded', view: '{"a":1}' });
    expect((await store.journal.unfinished()).map((row) => row.id)).toEqual(['op-1']);
    expect((await store.journal.list({ limit: 9 })).map((row) => row.id)).toEqual(['op-2', 'op-1']);
    expect((await store.journal.list({ limit: 9, before: 2000, cluster: 'erp5' })).map((row) => row.id)).toEqual([
      'op-1',
    ]);
    expect(await store.journal.get('op-2')).toMatchObject({ endedAt: 3000, outcome: 'succeeded', view: '{"a":1}' });
    expect(await store.journal.get('op-3')).toBeNull();
  });

  test('a row for an operation that was never created is a bug and throws', async () => {
    const row = { operationId: 'none', at: 1, step: '', kind: 'note', data: '' } as const;
    await expect(store.journal.append([row])).rejects.toThrow('FOREIGN KEY');
    await expect(store.journal.update('none', { endedAt: 1 })).rejects.toThrow('no operation none');
  });
});

test('memory keeps the newest value of a key', async () => {
  expect(await store.memory.get('events/db-1')).toBeNull();
  await store.memory.put('events/db-1', '[]', 1);
  await store.memory.put('events/db-1', '["e"]', 2);
  expect(await store.memory.get('events/db-1')).toBe('["e"]');
});

test('what is changed begins with what stands there, whoever wrote it, and a change that answers nothing leaves it', async () => {
  const other = await openSqliteStore(file);
  try {
    const changed = Array.from({ length: 40 }, async (_, index) => {
      await (index % 2 === 0 ? store : other).memory.change(
        'counter',
        (value) => String(Number(value ?? 0) + 1),
        index,
      );
    });
    await Promise.all(changed);
    expect(await store.memory.get('counter')).toBe('40');
    await store.memory.change('counter', () => null, 1);
    expect(await other.memory.get('counter')).toBe('40');
  } finally {
    await other.close();
  }
});
