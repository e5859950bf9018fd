import { expect, test } from 'vitest';
import { backupName, isBackupName, isBackupOf, nameOfPartial, partialName, type NamedBackup } from './names.ts';

const named = (changes: Partial<NamedBackup> = {}): string =>
  backupName({
    server: 'db-1',
    startedAt: new Date('2026-11-20T18:54:00.999Z'),
    method: 'dump',
    compression: 'zstd',
    database: null,
    ...changes,
  });

test.each<[Partial<NamedBackup>, string]>([
  [{}, 'sql.zst'],
  [{ compression: 'gzip' }, 'sql.gz'],
  [{ database: 'shop' }, 'shop.sql.zst'],
  [{ database: 'été/.. 1' }, '@00e9t@00e9@002f@002e@002e@00201.sql.zst'],
  [{ method: 'mariabackup' }, 'full.xb.zst'],
  [{ method: 'mariabackup-incremental' }, 'inc.xb.zst'],
])('%j is named after its server and the second it was begun in, in UTC, and ends in %s', (changes, end) => {
  expect(named(changes)).toBe(`db-1-2026-11-20T18-54-00Z.${end}`);
  expect(isBackupOf('db-1', named(changes))).toBe(true);
});

test('databases with long names in strange letters have files of different names, which a file system takes', () => {
  const names = ['語'.repeat(63) + 'a', '語'.repeat(63) + 'b'].map((database) => named({ database }));
  expect(names.every((name) => isBackupName(name) && name.length < 200)).toBe(true);
  expect(names[0]).not.toBe(names[1]);
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
  'db-1-2026-11-20T18-54-00Z.full.xb',
  'db-1-2026-11-20T18-54-00Z.full.xb.gz',
  'db-1-2026-11-20T18-54-00Z...sql.zst',
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
