import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { configuredReadOnly, readOnlyOf } from './configured-read-only.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'baton-options-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('read_only as mariadbd would find it in its options', () => {
  test.each([
    ['', null],
    ['--log_bin=bin', null],
    ['--read_only=1', true],
    ['--read-only', true],
    ['--read_only=0\n--read-only=ON', true],
    ['--read_only=1\n--skip-read-only', false],
    ['--read_only=off', false],
    ['--innodb_read_only=1', null],
  ])('%j says %s', (printed, said) => {
    expect(readOnlyOf(printed)).toBe(said);
  });

  test('of a real file the last word counts, in whatever file and group of the server it stands', async () => {
    const [main, included] = [join(folder, 'my.cnf'), join(folder, 'persist.cnf')];
    await writeFile(included, '[mariadbd]\nread_only=1\n');
    await writeFile(main, `[client]\npassword=secret\n[mysqld]\nread_only=0\n!include ${included}\n`);
    expect(await configuredReadOnly(main)).toBe(true);
    await writeFile(included, '');
    expect(await configuredReadOnly(main)).toBe(false);
    await writeFile(main, '[client]\nuser=x\n');
    expect(await configuredReadOnly(main)).toBeNull();
  });

  test('a file that is not there says nothing', async () => {
    expect(await configuredReadOnly(join(folder, 'nowhere.cnf'))).toBeNull();
  });
});
