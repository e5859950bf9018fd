import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { AuditEntry } from '../contract/access.ts';
import { openSqliteStore } from '../store/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { createAccess, type Access } from './access.ts';
import { actorOf, commandLineActor } from './actor.ts';

const root = commandLineActor('root');
const cost = { N: 1024, r: 8, p: 1 };
const password = 'correct horse battery';
const from = '192.0.2.1';

let directory = '';
let store: Store;
let access: Access;
let now = 0;

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'baton-access-'));
  store = await openSqliteStore(join(directory, 'console.sqlite'), { patienceMs: 100 });
  now = Date.UTC(2026, 0, 1);
  access = createAccess(store, { now: () => now, sessionHours: 12, cost });
  await access.users.add(root, { username: 'alice', password, role: 'admin' });
  await access.users.add(root, { username: 'bob', password, role: 'viewer' });
});

afterEach(async () => {
  await store.close();
  rmSync(directory, { recursive: true });
});

async function signIn(username: string, word = password): Promise<string> {
  const result = await access.signIn({ username, password: word, from });
  if (result.kind !== 'signed-in') throw new Error(result.kind);
  return result.sessionId;
}

describe('signing in', () => {
  test('a session is its user, with the role of now, until its hours are over', async () => {
    const id = await signIn('bob');
    const known = await access.sessions.actorOf(id, '::1');
    expect(known?.actor).toEqual({ name: 'bob', role: 'viewer', permissions: ['view'], takeover: null, from: '::1' });
    expect(known?.expiresAt).toEqual(new Date(now + 12 * 3_600_000));
    now += 12 * 3_600_000;
    expect(await access.sessions.actorOf(id, from)).toBeNull();
    expect(await access.sessions.actorOf('made-up', from)).toBeNull();
  });

  test('an unknown user and a wrong password get the same answer', async () => {
    const wrong = await access.signIn({ username: 'alice', password: 'wrong', from });
    const unknown = await access.signIn({ username: 'nobody', password: 'wrong', from });
    expect(wrong).toEqual({ kind: 'wrong' });
    expect(unknown).toEqual(wrong);
  });

  test('an unknown user takes as long as a wrong password', async () => {
    // Made slow enough that hashing outweighs all else by far.
    const slow = createAccess(store, { now: () => now, sessionHours: 1, cost: { N: 2 ** 14, r: 8, p: 1 } });
    await slow.users.add(root, { username: 'carol', password, role: 'viewer' });
    const timed = async (username: string): Promise<number> => {
      const times: number[] = [];
      for (let n = 0; n < 3; n++) {
        const start = performance.now();
        await slow.signIn({ username, password: 'wrong', from: `${username}-${n}` });
        times.push(performance.now() - start);
      }
      return Math.min(...times);
    };
    await timed('warm-up');
    const ratio = (await timed('nobody')) / (await timed('carol'));
    expect(ratio).toBeGreaterThan(0.5);
    expect(ratio).toBeLessThan(2);
  });

  test('after five failures even the right password waits, and then comes in', async () => {
    for (let n = 0; n < 5; n++) await access.signIn({ username: 'alice', password: 'wrong', from });
    expect(await access.signIn({ username: 'alice', password, from })).toEqual({
      kind: 'slow-down',
      retryAfterSeconds: 5,
    });
    now += 5000;
    await signIn('alice');
  });

  test('a flood of sign-ins is turned away instead of filling the threads', async () => {
    const results = await Promise.all(
      Array.from({ length: 40 }, (_, n) => access.signIn({ username: `u${n}`, password, from: `10.0.0.${n}` })),
    );
    const kinds = results.map((result) => result.kind);
    expect(kinds.filter((kind) => kind === 'wrong')).toHaveLength(18);
    expect(kinds.filter((kind) => kind === 'slow-down')).toHaveLength(22);
    await signIn('alice');
  });

  test('who reads the store finds no session and no token to use', async () => {
    const id = await signIn('alice');
    const { token } = await access.tokens.create(root, { name: 'ci', role: 'operator' });
    await store.close();
    const bytes = readFileSync(join(directory, 'console.sqlite')).toString('latin1');
    expect(bytes).toContain('alice');
    for (const secret of [id, token, password]) expect(bytes).not.toContain(secret);
  });

  test('a locked store lets nobody in, and keeps who is in', async () => {
    const id = await signIn('alice');
    const other = new DatabaseSync(join(directory, 'console.sqlite'));
    other.prepare('BEGIN EXCLUSIVE').run();
    await expect(access.signIn({ username: 'alice', password, from })).rejects.toMatchObject({ code: 'unavailable' });
    expect((await access.sessions.actorOf(id, from))?.actor.name).toBe('alice');
    other.prepare('ROLLBACK').run();
    other.close();
  });
});

describe('sessions end', () => {
  test('by signing out', async () => {
    const id = await signIn('alice');
    await access.sessions.end(id, from);
    expect(await access.sessions.actorOf(id, from)).toBeNull();
    await access.sessions.end(id, from);
  });

  test('by a new password: all of that user’s and no other’s', async () => {
    const [one, two, other] = [await signIn('bob'), await signIn('bob'), await signIn('alice')];
    await access.users.setPassword(root, 'bob', 'another password');
    expect(await access.sessions.actorOf(one, from)).toBeNull();
    expect(await access.sessions.actorOf(two, from)).toBeNull();
    expect(await access.sessions.actorOf(other, from)).not.toBeNull();
    expect(await access.signIn({ username: 'bob', password, from })).toEqual({ kind: 'wrong' });
    await signIn('bob', 'another password');
  });

  test('by the user’s removal', async () => {
    const id = await signIn('bob');
    await access.users.remove(root, 'bob');
    expect(await access.sessions.actorOf(id, from)).toBeNull();
  });

  test('also when the password changes while the old one is being checked', async () => {
    const user = await store.users.get('bob');
    await access.users.setPassword(root, 'bob', 'another password');
    expect(await access.sessions.start('bob', user?.passwordHash ?? '', from)).toBeNull();
  });
});

describe('users', () => {
  test.each([
    [{ username: 'a b', password, role: 'viewer' }, 'A username has'],
    [{ username: 'token:ci', password, role: 'viewer' }, 'A username has'],
    [{ username: 'carol', password: 'short', role: 'viewer' }, '10 to 1000 characters'],
    [{ username: 'alice', password, role: 'viewer' }, 'There is a user "alice" already'],
  ] as const)('%j is refused: %s', async (user, message) => {
    await expect(access.users.add(root, user)).rejects.toThrow(message);
    await expect(access.users.add(root, user)).rejects.toMatchObject({ code: 'invalid' });
    expect(await access.users.list(root)).toHaveLength(2);
  });

  test('the last admin can’t be removed', async () => {
    await expect(access.users.remove(root, 'alice')).rejects.toMatchObject({ code: 'refused' });
    await access.users.add(root, { username: 'carol', password, role: 'admin' });
    await access.users.remove(root, 'alice');
    expect((await access.users.list(root)).map((user) => user.username)).toEqual(['bob', 'carol']);
  });

  test('an unknown one is answered with the known names', async () => {
    const answer = { code: 'not-found', next: 'Known users: alice, bob.' };
    await expect(access.users.remove(root, 'carol')).rejects.toMatchObject(answer);
    await expect(access.users.setPassword(root, 'carol', password)).rejects.toMatchObject(answer);
  });

  test('only an admin manages users and tokens', async () => {
    for (const actor of [actorOf('bob', 'viewer', from), actorOf('olga', 'operator', from)]) {
      const attempts = [
        access.users.list(actor),
        access.users.add(actor, { username: 'eve', password, role: 'admin' }),
        access.users.setPassword(actor, 'alice', password),
        access.users.remove(actor, 'bob'),
        access.tokens.list(actor),
        access.tokens.create(actor, { name: 'x', role: 'admin' }),
        access.tokens.revoke(actor, 'x'),
      ];
      for (const attempt of attempts) await expect(attempt).rejects.toMatchObject({ code: 'forbidden' });
    }
    expect(await access.users.list(root)).toHaveLength(2);
  });
});

describe('tokens', () => {
  test('a token is shown once, works until it expires, and its use is noted', async () => {
    const created = await access.tokens.create(root, { name: 'ci', role: 'operator', expiresInDays: 1 });
    expect(created.token).toMatch(/^baton_[\w-]{43}$/);
    const known = await access.tokens.actorOf(created.token, from);
    expect(known?.actor).toMatchObject({ name: 'token:ci', role: 'operator' });
    await expect.poll(async () => (await access.tokens.list(root))[0]?.lastUsedAt).toBe(new Date(now).toISOString());
    expect((await access.tokens.list(root))[0]).not.toHaveProperty('token');
    now += 86_400_000;
    expect(await access.tokens.actorOf(created.token, from)).toBeNull();
  });

  test('a takeover password that somebody signed in with counts as used', async () => {
    const takeover = { cluster: 'erp5', server: 'db-2' };
    const { token } = await access.tokens.create(root, { name: 'pager', takeover });
    const answer = await access.signInForTakeover(token, from);
    if (answer.kind !== 'signed-in') throw new Error(answer.kind);
    await access.sessions.actorOf(answer.sessionId, from);
    await expect.poll(async () => (await access.tokens.list(root))[0]?.lastUsedAt).toBe(new Date(now).toISOString());
  });

  test('a revoked, unknown or cut token is nobody', async () => {
    const { token, id } = await access.tokens.create(root, { name: 'ci', role: 'viewer' });
    for (const other of ['', 'baton_', token.slice(0, -1), `${token} `, token.slice(6)])
      expect(await access.tokens.actorOf(other, from)).toBeNull();
    await access.tokens.revoke(root, id);
    expect(await access.tokens.actorOf(token, from)).toBeNull();
    await expect(access.tokens.revoke(root, id)).rejects.toMatchObject({ code: 'not-found' });
  });

  test.each(['', ' ', 'ci ', 'c\0i', 'ci\u001b[2J', 'ci\r\n', 'ci\u202e'])(
    'no token is named %j: names stand in the audit and on terminals',
    async (name) => {
      const refused = access.tokens.create(root, { name, role: 'viewer' });
      await expect(refused).rejects.toMatchObject({ code: 'invalid' });
    },
  );

  test('two tokens can’t have one name: the audit tells them apart by it', async () => {
    await access.tokens.create(root, { name: 'ci', role: 'viewer' });
    await expect(access.tokens.create(root, { name: 'ci', role: 'viewer' })).rejects.toMatchObject({ code: 'invalid' });
  });
});

test('the audit has each change with actor, address and result, tells listeners, and writes no unknown name down', async () => {
  const heard: AuditEntry[] = [];
  const stop = access.audit.listen((entry) => heard.push(entry));
  await access.signIn({ username: password, password: 'alice', from });
  const id = await signIn('alice');
  await access.sessions.end(id, from);
  await access.users.setPassword(root, 'bob', 'another password');
  await access.users.remove(root, 'bob');
  const { id: token } = await access.tokens.create(root, { name: 'ci', role: 'viewer' });
  await access.tokens.revoke(root, token);
  stop();
  await access.audit.record({ actor: root, action: 'takeover', cluster: 'erp5', object: 'db-2', result: 'done' });
  expect(heard.map((entry) => [entry.actor, entry.from, entry.action, entry.object, entry.result])).toEqual([
    ['(unknown)', from, 'sign-in', null, 'wrong name or password'],
    ['alice', from, 'sign-in', null, 'done'],
    ['alice', from, 'sign-out', null, 'done'],
    ['root', 'cli', 'user-password', 'bob', 'changed'],
    ['root', 'cli', 'user-remove', 'bob', 'removed'],
    ['root', 'cli', 'token-create', 'ci', 'created as viewer'],
    ['root', 'cli', 'token-revoke', 'ci', 'revoked'],
  ]);
  expect((await access.audit.list({ limit: 3 })).map((entry) => entry.id)).toEqual([10, 9, 8]);
});
