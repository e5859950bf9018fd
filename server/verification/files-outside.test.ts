import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { filesOutside } from './files-outside.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'baton-outside-'));
  await mkdir(join(directory, 'shop'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

const plain = '[mysqld]\ninnodb_data_file_path=ibdata1:12M:autoextend\ninnodb_undo_directory=./\n';

test('a copy as most servers make it leads nowhere', async () => {
  await writeFile(join(directory, 'backup-my.cnf'), plain);
  await writeFile(join(directory, 'shop', 'orders.ibd'), '');
  expect(await filesOutside(directory)).toBeNull();
});

test.each([
  ['innodb_undo_directory=/var/undo', /innodb_undo_directory is \/var\/undo/],
  ['innodb_data_file_path=ibdata1:12M;/srv/ibdata2:12M:autoextend', /innodb_data_file_path/],
  ['innodb_data_home_dir=../shared', /innodb_data_home_dir/],
])('%s leads out of it', async (line, found) => {
  await writeFile(join(directory, 'backup-my.cnf'), `${plain}${line}\n`);
  expect(await filesOutside(directory)).toMatch(found);
});

test('the link of a table elsewhere leads out of it', async () => {
  await writeFile(join(directory, 'backup-my.cnf'), plain);
  await writeFile(join(directory, 'shop', 'far.isl'), '/srv/far/shop/far.ibd');
  expect(await filesOutside(directory)).toContain('shop/far');
});
