import { expect, test } from 'vitest';
import { dumpName, isBackupName, isBackupOf, nameOfPartial, partialName } from './names.ts';

test('a dump is named after its server and the second it was begun in, in UTC', () => {
  const name = dumpName('db-1', new Date('2026-11-20T18:54:00.999Z'));
  expect(name).toBe('db-1-2026-11-20T18-54-00Z.sql.zst');
  expect(isBackupName(name)).toBe(true);
});

test.each([
  '',
  'latest',
  '.',
  '..',
  '../db-1-2026-11-20T18-54-00Z.sql.zst',
  '/db-1-2026-11-20T18-54-00Z.sql.zst',
  'a/db-1-2026-11-20T18-54-00Z.sql.zst',
  'db-1-2026-11-20T18-54-00Z.sql.zst\n',
  'db-1-2026-11-20T18-54-00Z.sql.zst\0',
  'db-1-2026-11-20T18-54-00Z.sql.zst.json',
  'db-1-2026-11-20T18-54-00Z.sql',
  '.db-1-2026-11-20T18-54-00Z.sql.zst.partial',
  '-2026-11-20T18-54-00Z.sql.zst',
  `${'x'.repeat(64)}-2026-11-20T18-54-00Z.sql.zst`,
  'db 1-2026-11-20T18-54-00Z.sql.zst',
])('%j is no name of a backup', (name) => {
  expect(isBackupName(name)).toBe(false);
});

test('a backup of db-1 is not one of db or of db-1-2026', () => {
  const name = 'db-1-2026-11-20T18-54-00Z.sql.zst';
  expect(isBackupOf('db-1', name)).toBe(true);
  expect(isBackupOf('db', name)).toBe(false);
  expect(isBackupOf('db-1-2026', name)).toBe(false);
});

test('only a hidden .partial is a partial file', () => {
  expect(nameOfPartial(partialName('x.sql'))).toBe('x.sql');
  expect(nameOfPartial('x.sql.partial')).toBeNull();
  expect(nameOfPartial('.x.sql')).toBeNull();
});
