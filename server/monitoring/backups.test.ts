import { expect, test } from 'vitest';
import type { Dump } from '../contract/dumps.ts';
import { judgeBackups, type BackupsSeen } from './backups.ts';

const now = new Date('2026-03-02T12:00:00Z');
const begunAt = (startedAt: string, change: Partial<Dump> = {}): Dump => ({
  name: 'db-1-x.sql.zst',
  method: 'dump',
  server: 'db-1',
  bytes: 1000,
  sha256: 'a'.repeat(64),
  gtid: '0-1-1',
  startedAt,
  endedAt: startedAt,
  base: null,
  database: null,
  verified: null,
  ...change,
});
const seen = (change: Partial<BackupsSeen>): BackupsSeen => ({
  backups: [begunAt('2026-03-02T01:00:00Z')],
  methods: ['dump'],
  failures: [],
  makingSince: null,
  dueAt: new Date('2026-03-02T01:00:00Z'),
  now,
  ...change,
});

test('the backup that the schedule called for is well', () => {
  expect(judgeBackups(seen({}))).toMatchObject({ level: 'ok', text: expect.stringContaining('11 h ago') });
});

test('none at all is critical; while the first is made it is a warning', () => {
  expect(judgeBackups(seen({ backups: [] })).level).toBe('critical');
  expect(judgeBackups(seen({ backups: [], makingSince: now })).level).toBe('warning');
});

test('one that did not come is critical after its grace, and a warning within it', () => {
  const old = [begunAt('2026-03-01T01:00:00Z')];
  expect(judgeBackups(seen({ backups: old })).level).toBe('critical');
  expect(judgeBackups(seen({ backups: old, dueAt: new Date('2026-03-02T10:00:00Z') })).level).toBe('warning');
  expect(judgeBackups(seen({ backups: old, dueAt: new Date('2026-03-02T10:00:00Z'), makingSince: now })).level).toBe(
    'ok',
  );
});

test('without a schedule a day is the limit', () => {
  expect(judgeBackups(seen({ dueAt: null })).level).toBe('ok');
  expect(judgeBackups(seen({ dueAt: null, backups: [begunAt('2026-03-01T01:00:00Z')] })).level).toBe('critical');
});

test('a failure since the newest one is told with its reason', () => {
  const failures = [{ at: '2026-03-02T11:00:00Z', text: 'No space left on device', work: 'dump' as const }];
  expect(judgeBackups(seen({ failures }))).toMatchObject({
    level: 'warning',
    text: expect.stringContaining('No space'),
  });
  expect(judgeBackups(seen({ failures, backups: [] }))).toMatchObject({
    level: 'critical',
    text: expect.stringContaining('No space'),
  });
});

test('of two methods, one that does not come is told however new the other is', () => {
  const methods = ['mariabackup', 'dump'] as const;
  expect(judgeBackups(seen({ methods }))).toMatchObject({
    level: 'critical',
    text: expect.stringContaining('no backup by mariabackup'),
  });
  const incremental = { method: 'mariabackup-incremental', base: 'x' } as const;
  const late = begunAt('2026-02-27T01:00:00Z', incremental);
  const fresh = begunAt('2026-03-02T01:00:00Z', incremental);
  expect(judgeBackups(seen({ methods, backups: [...seen({}).backups, late] })).level).toBe('critical');
  expect(judgeBackups(seen({ methods, backups: [...seen({}).backups, fresh] })).level).toBe('ok');
});

const proof = (ok: boolean) => ({
  verified: { at: '2026-03-02T03:00:00Z', seconds: 41, ok, text: 'orders is corrupt' },
});

test('a backup that can’t be restored is critical until a later one is proven', () => {
  const bad = begunAt('2026-03-01T01:00:00Z', proof(false));
  expect(judgeBackups(seen({ backups: [begunAt('2026-03-02T01:00:00Z'), bad] }))).toMatchObject({
    level: 'critical',
    text: expect.stringContaining('orders is corrupt'),
  });
  expect(judgeBackups(seen({ backups: [begunAt('2026-03-02T01:00:00Z', proof(true)), bad] }))).toMatchObject({
    level: 'ok',
    text: expect.stringContaining('restored and checked 9 h ago'),
  });
});
