import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { beginFolder, declareWhole, initFolderOf, putInPlace, standingOf, type InitFolder } from './init-folder.ts';
import { ownLogs } from './init-place.ts';

let root: string;
let folder: InitFolder;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'baton-init-folder-'));
  folder = initFolderOf(join(root, 'data'));
  await mkdir(folder.dataDirectory);
  await mkdir(join(root, 'logs'));
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

const optionsWith = (binaryLogs: string) => ({
  dataDirectory: folder.dataDirectory,
  elsewhere: [],
  binaryLogs,
  relayLogs: null,
  user: null,
  skipsSlaveStart: false,
});

test('an earlier server’s binary logs are refused, also where an init was begun with logs elsewhere', async () => {
  const [own, earlier] = [join(root, 'logs', 'own'), join(root, 'logs', 'earlier')];
  await beginFolder(folder, [own]);
  for (const base of [own, earlier]) await writeFile(`${base}.000001`, '');
  expect(await ownLogs(optionsWith(own), folder)).toEqual([own]);
  await expect(ownLogs(optionsWith(earlier), folder)).rejects.toMatchObject({ code: 'refused' });
});

test('with its tables in place a directory holds data, even where the init was ended before it removed its folder', async () => {
  await beginFolder(folder, []);
  await mkdir(join(folder.data, 'mysql'));
  await writeFile(join(folder.data, 'ibdata1'), '');
  await declareWhole(folder);
  expect(await standingOf(folder)).toEqual({ kind: 'begun', whole: true });
  await putInPlace(folder);
  expect(await standingOf(folder)).toEqual({ kind: 'data', leftFolder: false });

  await mkdir(folder.data, { recursive: true });
  await writeFile(folder.note, JSON.stringify({ format: 1, whole: true, logs: [] }));
  expect(await standingOf(folder)).toEqual({ kind: 'data', leftFolder: true });
  await putInPlace(folder);
  expect((await readdir(folder.dataDirectory)).toSorted()).toEqual(['ibdata1', 'mysql']);
});

test('a whole copy that can’t be read is not taken for one that was moved, and nothing of it is removed', async () => {
  await beginFolder(folder, []);
  await declareWhole(folder);
  await rm(folder.data, { recursive: true });
  await writeFile(folder.data, 'no directory');
  await expect(putInPlace(folder)).rejects.toThrow('ENOTDIR');
  expect(await readdir(folder.folder)).toContain('data');
});
