import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readOptionsFile } from '../mariadb/options-file.ts';
import { isThere, lockForInit } from './init-place.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'baton-place-'));
});
afterAll(async () => await rm(folder, { recursive: true }));

test('one init of a data directory is at work, by whatever path it is named', async () => {
  const file = join(folder, 'my.cnf');
  const data = join(folder, 'data');
  await writeFile(file, `[mariadbd]\ndatadir=${data}\n`);
  const options = await readOptionsFile(file);
  const release = await lockForInit(data, options);
  expect(await isThere(data)).toBe(true);
  await symlink(data, join(folder, 'link'));
  await expect(lockForInit(join(folder, 'link'), options)).rejects.toMatchObject({ code: 'already-running' });
  await release();
  await (
    await lockForInit(data, options)
  )();
});
