import { describe, expect, test } from 'vitest';
import type { BackupRun } from '../../server/contract/agent.ts';
import type { Dump } from '../../server/contract/dumps.ts';
import { chainOf, failureStands, partOf, restoreWords, whyNoDumps, type ServerDumps } from './dump-words.ts';
import { expectedBytes, makingOf } from './making.ts';
import { nextWords } from './next-words.ts';

const at = (minute: number): string => new Date(Date.UTC(2026, 10, 20, 12, minute)).toISOString();

function server(change: Partial<ServerDumps> = {}): ServerDumps {
  const idle = {
    nextAt: null,
    running: null,
    lastFailure: null,
    failures: [],
    methods: ['dump' as const],
    verifying: null,
  };
  return { server: 'db-2', agent: 'up', detail: null, ...idle, ...change };
}
function dump(startMinute: number, change: Partial<Dump> = {}): Dump {
  const times = { startedAt: at(startMinute), endedAt: at(startMinute + 1) };
  const facts = {
    method: 'dump',
    bytes: 100,
    sha256: 'x',
    gtid: '0-1-1',
    base: null,
    database: null,
    verified: null,
  } as const;
  return { server: 'db-2', name: `db-2-${startMinute}.sql.zst`, ...facts, ...times, ...change };
}
const asked: BackupRun = {
  id: 'r',
  method: 'dump',
  startedAt: at(10),
  endedAt: null,
  state: 'running',
  bytes: 0,
  name: null,
  error: null,
};

describe('a dump that was asked for', () => {
  test('runs until its dump or its failure is there, also while the catalogue does not know of it yet', () => {
    expect(makingOf(server(), [dump(0)], asked)).toMatchObject({ kind: 'running', startedAt: at(10) });
  });
  test('is made when a dump of this server began with it, not by one before or by another server’s', () => {
    expect(makingOf(server(), [dump(10), dump(0)], asked)).toMatchObject({ kind: 'made', dump: { startedAt: at(10) } });
    expect(makingOf(server(), [dump(10, { server: 'db-3' })], asked)).toMatchObject({ kind: 'running' });
  });
  test('has failed when a failure came after it began; one before says nothing', () => {
    const failed = (minute: number) => server({ lastFailure: { at: at(minute), text: 'no room', work: 'dump' } });
    expect(makingOf(failed(11), [], asked)).toEqual({ kind: 'failed', at: at(11), text: 'no room', work: 'dump' });
    expect(makingOf(failed(9), [], asked)).toMatchObject({ kind: 'running' });
  });
  test('is neither made nor failed when its agent went silent', () => {
    expect(makingOf(server({ agent: 'unreachable' }), [], asked)).toMatchObject({ kind: 'unknown' });
  });
});

test('a dump of the schedule is seen running without being asked for', () => {
  expect(makingOf(server({ running: { startedAt: at(1), bytes: 5, method: 'dump' } }), [], null)).toEqual({
    kind: 'running',
    startedAt: at(1),
    bytes: 5,
    method: 'dump',
  });
  expect(makingOf(server(), [dump(0)], null)).toEqual({ kind: 'idle' });
});

test('the size to expect is that of the same server’s newest dump of the kind', () => {
  const whole = dump(4, { method: 'mariabackup', bytes: 99 });
  const dumps = [whole, dump(3, { server: 'db-1', bytes: 7 }), dump(2, { bytes: 9 }), dump(1, { bytes: 4 })];
  const sizes = [expectedBytes('db-2', 'dump', dumps), expectedBytes('db-2', 'mariabackup', dumps)];
  expect([...sizes, expectedBytes('db-3', 'dump', dumps)]).toEqual([9, 99, null]);
});

test('a failure stands until that server has made such a dump after it', () => {
  const failed = { at: at(30), text: 'x', work: 'dump' } as const;
  const others = [dump(10), dump(40, { server: 'db-1' }), dump(40, { method: 'mariabackup' })];
  expect(failureStands('db-2', failed, others)).toBe(true);
  expect(failureStands('db-2', failed, [dump(40)])).toBe(false);
});

test('an empty list says why it is empty', () => {
  const none = server({ agent: 'none' });
  const silent = server({ server: 'db-3', agent: 'unreachable' });
  const late = server({ server: 'db-1', nextAt: at(50) });
  const soon = server({ nextAt: at(20) });
  expect(whyNoDumps([none])).toEqual({ kind: 'no-agent' });
  expect(whyNoDumps([none, silent])).toEqual({ kind: 'unreachable', servers: ['db-3'] });
  expect(whyNoDumps([silent, server()])).toEqual({ kind: 'unscheduled', server: 'db-2' });
  expect(whyNoDumps([late, soon])).toEqual({ kind: 'scheduled', server: 'db-2', nextAt: at(20) });
});

test('only a restore that worked is a good mark', () => {
  expect(restoreWords(null)).toMatchObject({ level: 'off', word: 'never restored' });
  expect(restoreWords({ at: at(0), seconds: 41, ok: true, text: '' })).toMatchObject({ level: 'normal' });
  expect(restoreWords({ at: at(0), seconds: 41, ok: false, text: '' })).toMatchObject({ level: 'serious' });
});

test('a bar is never longer than the largest, and nothing of nothing is nothing', () => {
  expect([partOf(1, 2), partOf(3, 2), partOf(0, 0)]).toEqual([0.5, 1, 0]);
});

test.each([
  ['2026-11-20T17:00:00Z', 'tonight at 18:00 CET'],
  ['2026-11-20T14:00:00Z', 'today at 15:00 CET'],
  ['2026-11-21T00:00:00Z', 'tonight at 01:00 CET'],
  ['2026-11-21T11:00:00Z', 'tomorrow at 12:00 CET'],
  ['2026-11-22T00:00:00Z', '22 Nov at 01:00 CET'],
])('the next dump at %s comes, seen at noon in Paris, %s', (next, words) => {
  expect(nextWords(next, new Date('2026-11-20T11:00:00Z'), 'Europe/Paris').replace('GMT+1', 'CET')).toBe(words);
});

test('the night in which the clocks change is still this night', () => {
  expect(nextWords('2026-10-25T00:00:00Z', new Date('2026-10-24T20:00:00Z'), 'Europe/Paris')).toMatch(/^tonight at 02/);
});

test('an incremental backup is so many steps behind its full one, where all between them is listed', () => {
  const full = dump(1, { name: 'full', method: 'mariabackup' });
  const first = dump(2, { name: 'first', method: 'mariabackup-incremental', base: 'full' });
  const second = dump(3, { name: 'second', method: 'mariabackup-incremental', base: 'first' });
  expect(chainOf(second, [second, first, full])).toEqual({ step: 2, full });
  expect(chainOf(second, [second, { ...first, server: 'db-1' }, full])).toBeNull();
  expect(chainOf({ ...first, base: 'first' }, [{ ...first, base: 'first' }])).toBeNull();
});
