import { describe, expect, test } from 'vitest';
import { plainDump, type DumpManifest } from '../contract/dumps.ts';
import { backupName } from './names.ts';
import { expiredBackups, type Keep } from './retention.ts';

const now = new Date('2026-11-20T12:00:00Z');

/** A backup of that age, which took an hour. */
function backup(ageDays: number, server = 'db-1'): DumpManifest {
  const endedAt = new Date(now.getTime() - ageDays * 86_400_000);
  const startedAt = new Date(endedAt.getTime() - 3_600_000);
  return {
    ...plainDump,
    format: 1,
    name: backupName({ server, startedAt, method: 'dump', compression: 'zstd', database: null }),
    method: 'dump',
    server,
    serverVersion: '10.11.19-MariaDB',
    toolVersion: '',
    compression: 'zstd',
    bytes: 1,
    sha256: '',
    gtid: '',
    startedAt: startedAt.toISOString(),
    endedAt: endedAt.toISOString(),
  };
}

/** Physical ones of those ages, the first a full one and each on the one before it. */
function chain(...ages: number[]): DumpManifest[] {
  return ages
    .map((age) => ({ ...backup(age), name: `p-${age}` }))
    .map((one, index, all) => ({
      ...one,
      method: index === 0 ? ('mariabackup' as const) : ('mariabackup-incremental' as const),
      base: all[index - 1]?.name ?? null,
      lsn: { from: String(index), to: String(index + 1) },
    }));
}
const expiredOf = (catalogue: DumpManifest[], keep: Keep, tried: Record<string, boolean> = {}): string[] =>
  expiredBackups(catalogue, 'db-1', keep, now, ({ name }) => tried[name] ?? null).map(({ name }) => name);

describe('backups that go', () => {
  test.each<{ what: string; keep: Keep; ages: number[]; gone: number[] }>([
    { what: 'older than the days', keep: { days: 7 }, ages: [0, 1, 6.9, 7.1, 30], gone: [30, 7.1] },
    { what: 'beyond the count', keep: { count: 2 }, ages: [0, 1, 2, 3], gone: [3, 2] },
    { what: 'beyond either limit', keep: { days: 2, count: 3 }, ages: [0, 0.5, 1, 1.5, 3], gone: [3, 1.5] },
    { what: 'none without limits', keep: {}, ages: [0, 1000], gone: [] },
    { what: 'never the only one', keep: { days: 7 }, ages: [400], gone: [] },
    { what: 'never the newest, when all are too old', keep: { days: 7, count: 1 }, ages: [40, 50, 60], gone: [60, 50] },
    { what: 'none of none', keep: { days: 1 }, ages: [], gone: [] },
  ])('$what', ({ keep, ages, gone }) => {
    const expired = expiredBackups(
      ages.map((age) => backup(age)),
      'db-1',
      keep,
      now,
    );
    expect(expired).toEqual(gone.map((age) => backup(age)));
  });

  test('a chain stays whole: what a kept incremental one builds on is kept, what comes after it is not', () => {
    expect(expiredOf([...chain(20, 10, 5), ...chain(3, 2)], { days: 7 })).toEqual([]);
    expect(expiredOf([...chain(20, 10, 8), ...chain(6, 2)], { days: 7 })).toEqual(['p-20', 'p-10', 'p-8']);
    expect(expiredOf([...chain(20, 10, 8), ...chain(6, 2)], { count: 3 })).toEqual([]);
    expect(expiredOf([...chain(20, 10, 8), ...chain(6, 2)], { count: 2 })).toEqual(['p-20', 'p-10', 'p-8']);
  });
  test('the newest good one stays, with its chain, beside a newer one that could not be restored', () => {
    expect(expiredOf([...chain(40, 39), ...chain(30, 29)], { days: 7 }, { 'p-30': false })).toEqual(['p-30', 'p-29']);
    expect(expiredOf([...chain(40, 39), ...chain(1)], { days: 7 }, { 'p-1': false })).toEqual([]);
  });
  test('the newest proven one stays, with its chain, beside newer ones that nobody tried', () => {
    const all = [...chain(50, 49), ...chain(40, 39, 38), ...chain(1)];
    expect(expiredOf(all, { days: 7 }, { 'p-50': true, 'p-39': true })).toEqual(['p-50', 'p-49', 'p-38']);
    expect(expiredOf(all, { days: 7 }, { 'p-39': true, 'p-1': true })).toHaveLength(5);
  });
  test('an incremental one whose base is gone is not good', () => {
    expect(expiredOf([...chain(40), ...chain(30, 29).slice(1)], { days: 7 })).toEqual(['p-29']);
  });
  test('dumps, those of one database and physical ones do not count for each other', () => {
    const ofShop = { ...backup(41), name: 'shop', database: 'shop' };
    expect(expiredOf([backup(40), ofShop, ...chain(42)], { days: 7, count: 1 })).toEqual([]);
  });

  test("another server's are not counted and stay", () => {
    const catalogue = [backup(1, 'db-2'), backup(2), backup(50, 'db-2')];
    expect(expiredBackups(catalogue, 'db-1', { days: 1, count: 1 }, now)).toEqual([]);
  });
});
