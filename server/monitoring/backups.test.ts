import { expect, test } from 'vitest';
import { plainDump, type DumpManifest } from '../contract/dumps.ts';
import { judgeBackups, type BackupsSeen } from './backups.ts';

const now = new Date('2026-03-02T12:00:00Z');
const begunAt = (startedAt: string): DumpManifest => ({
  ...plainDump,
  format: 1,
  name: 'db-1-x.sql.zst',
  method: 'dump',
  server: 'db-1',
  serverVersion: '10.11.19',
  toolVersion: '10.11.19',
  compression: 'zstd',
  bytes: 1000,
  sha256: 'a'.repeat(64),
  gtid: '0-1-1',
  startedAt,
  endedAt: startedAt,
});
const seen = (change: Partial<BackupsSeen>): BackupsSeen => ({
  backups: [begunAt('2026-03-02T01:00:00Z')],
  failure: null,
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
  const failure = { at: '2026-03-02T11:00:00Z', text: 'No space left on device' };
  expect(judgeBackups(seen({ failure }))).toMatchObject({
    level: 'warning',
    text: expect.stringContaining('No space'),
  });
  expect(judgeBackups(seen({ failure, backups: [] }))).toMatchObject({
    level: 'critical',
    text: expect.stringContaining('No space'),
  });
});
