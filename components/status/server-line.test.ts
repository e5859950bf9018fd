import { describe, expect, test } from 'vitest';
import { aCluster, aConnection, aProblem, aServer } from './example.ts';
import { markOf, serverLevel, serverLine, worstConnection } from './server-line.ts';

const healthy = aCluster();

describe('the sentence of a server', () => {
  test('a primary says that it takes writes, and where it stands', () => {
    const line = serverLine(aServer({ role: 'primary', readOnly: false }), healthy);
    expect(line).toMatchObject({ level: 'normal', word: 'primary', text: 'takes writes', gtid: '0-1-48211' });
  });

  test('a primary that is read-only never says that it takes writes', () => {
    expect(serverLine(aServer({ role: 'primary', readOnly: true }), healthy).text).toBe('read-only · takes no writes');
  });

  test('a server without a database tells how far its first copy is, and why it failed', () => {
    const down = aServer({ state: 'unreachable', reason: 'refused', role: 'unknown' });
    const line = (firstCopy: NonNullable<typeof down.agent.firstCopy>) =>
      serverLine({ ...down, agent: { ...down.agent, firstCopy } }, healthy);
    const got = { stage: 'receiving', bytes: 312e6, totalBytes: 1.1e9, error: null } as const;
    expect(line(got).text).toBe('takes its first copy, 312 MB of 1.1 GB');
    expect(line({ ...got, stage: 'failed', error: 'no position' })).toMatchObject({
      text: 'has no database: its first copy failed',
      detail: 'no position',
    });
  });

  test('a replica tells lag with its unit and the transactions behind', () => {
    const server = aServer({ role: 'replica', replication: [aConnection({ lagSeconds: 0.3, transactionsBehind: 2 })] });
    expect(serverLine(server, healthy).text).toBe('0.3 s behind · 2 transactions');
  });

  test('a server that is set aside says so, and why, and is hollow', () => {
    const maintenance = { reason: 'kernel update', owner: 'ana', since: '', until: '' };
    const connection = aConnection({ lagSeconds: 0.3, transactionsBehind: 2 });
    expect(serverLine(aServer({ replication: [connection], maintenance }), healthy)).toMatchObject({
      level: 'off',
      text: '0.3 s behind · 2 transactions · in maintenance: kernel update (ana)',
    });
    const away = aServer({ state: 'unreachable', reason: 'refused', maintenance });
    expect(serverLine(away, healthy).text).toContain('in maintenance: kernel update');
    expect(serverLevel(away, healthy)).toBe('off');
  });

  test.each([
    [{ sqlThread: 'stopped' }, 'SQL thread stopped'],
    [{ ioThread: 'stopped' }, 'IO thread stopped'],
    [{ ioThread: 'stopped', sqlThread: 'stopped' }, 'both threads stopped'],
    [{ ioThread: 'connecting' }, 'connecting to db-1'],
    [{ sqlThread: 'error', lastError: { thread: 'sql', number: 1062, text: 'Duplicate entry' } }, 'SQL error 1062'],
  ] as const)(
    'a replica whose threads are not both running is not replicating, whatever its lag says: %o',
    (change, why) => {
      const server = aServer({ role: 'replica', replication: [aConnection({ lagSeconds: 0, ...change })] });
      expect(serverLine(server, healthy).text).toBe(`not replicating · ${why}`);
    },
  );

  test('a replica that is late because it was told to be says so', () => {
    const connection = aConnection({ lagSeconds: 9, transactionsBehind: 390, delaySeconds: 9 });
    expect(serverLine(aServer({ replication: [connection] }), healthy).text).toBe(
      '9.0 s behind · 390 transactions · delayed by 9.0 s on purpose',
    );
  });

  test('a lag that began before anyone watched is at least its number', () => {
    const connection = aConnection({ lagSeconds: 3, lagAtLeast: true, transactionsBehind: null });
    expect(serverLine(aServer({ replication: [connection] }), healthy).text).toBe('at least 3.0 s behind');
  });

  test('a lag that nobody knows is unknown, not zero', () => {
    const server = aServer({
      role: 'replica',
      replication: [aConnection({ lagSeconds: null, lagSource: null, transactionsBehind: null })],
    });
    expect(serverLine(server, healthy).text).toBe('lag unknown');
  });

  test('a hung server and a closed port are told apart', () => {
    const texts = (['hung', 'refused', 'timeout', 'access-denied', 'too-many-connections'] as const).map(
      (reason) => serverLine(aServer({ state: 'unreachable', reason }), healthy).text,
    );
    expect(new Set(texts).size).toBe(5);
  });

  test('a replica that is not read-only says so', () => {
    const server = aServer({ role: 'replica', readOnly: false, replication: [aConnection()] });
    expect(serverLine(server, healthy).text).toContain('writable');
  });
});

describe('the mark of a server', () => {
  test('is the worst problem that names it', () => {
    const cluster = aCluster({
      problems: [aProblem({ level: 'caution', server: 'db-2' }), aProblem({ level: 'serious', server: 'db-2' })],
    });
    expect(serverLevel(aServer({ name: 'db-2' }), cluster)).toBe('serious');
    expect(serverLevel(aServer({ name: 'db-3' }), cluster)).toBe('normal');
  });

  test('is not turned by an old dump', () => {
    const cluster = aCluster({ problems: [aProblem({ code: 'dump-old', level: 'caution', server: 'db-2' })] });
    expect(serverLevel(aServer({ name: 'db-2' }), cluster)).toBe('normal');
  });

  test('unknown is hollow: neither failed nor healthy', () => {
    expect(serverLevel(aServer({ state: 'unreachable', observedAt: null }), healthy)).toBe('off');
    expect(serverLevel(aServer({ state: 'stale' }), healthy)).toBe('off');
  });
});

test('what was healthy when it was last seen is unknown now; what was wrong is still told', () => {
  expect(markOf('normal', true)).toBe('off');
  expect(markOf('critical', true)).toBe('critical');
  expect(markOf('normal', false)).toBe('normal');
});

test('of several connections a broken one is told before a slow one, a slow one before a fast one', () => {
  const fast = aConnection({ connection: 'a', lagSeconds: 0.1 });
  const slow = aConnection({ connection: 'b', lagSeconds: 9 });
  const broken = aConnection({ connection: 'c', sqlThread: 'stopped', lagSeconds: null });
  expect(worstConnection([fast, slow])?.connection).toBe('b');
  expect(worstConnection([slow, broken, fast])?.connection).toBe('c');
  expect(worstConnection([])).toBeNull();
});
