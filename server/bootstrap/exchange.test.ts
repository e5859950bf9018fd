import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { directoriesOf, discardCopy, putBack, putCopy, type Directories } from './exchange.ts';

let folder: string;
let names: Directories;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'baton-exchange-'));
  names = directoriesOf(join(folder, 'data'), new Date('2026-11-26T20:30:00.500Z'));
  await mkdir(names.directory);
  await writeFile(join(names.directory, 'which'), 'old');
  await mkdir(names.copyDirectory);
  await writeFile(join(names.copyDirectory, 'which'), 'copy');
});
afterEach(() => rm(folder, { recursive: true }));

const which = async (directory: string): Promise<string> => await readFile(join(directory, 'which'), 'utf8');

/** Where a killed exchange may have stood. */
const moments = {
  'before the first rename': async () => undefined,
  'between the two': async () => await rename(names.directory, names.keptDirectory),
  'behind both': async () => await putCopy(names),
};

test.each(Object.entries(moments))(
  'ended %s, it goes on to the copy, the old data being kept',
  async (_when, stand) => {
    await stand();
    await putCopy(names);
    expect([await which(names.directory), await which(names.keptDirectory)]).toEqual(['copy', 'old']);
    expect((await readdir(folder)).toSorted()).toEqual(['data', 'data.kept-20261126T203000Z']);
  },
);

test.each(Object.entries(moments))('ended %s, it is taken back, and again does nothing', async (_when, stand) => {
  await stand();
  await putBack(names);
  await putBack(names);
  expect([await which(names.directory), await which(names.copyDirectory)]).toEqual(['old', 'copy']);
});

test('a directory that somebody made meanwhile is never replaced, not even an empty one', async () => {
  await mkdir(names.keptDirectory);
  await expect(putCopy(names)).rejects.toThrow(`${names.keptDirectory} exists already`);
  expect(await which(names.directory)).toBe('old');
});

test('only what has the name of a copy is ever removed', async () => {
  await expect(discardCopy({ ...names, copyDirectory: names.directory })).rejects.toThrow('is no copy');
  await expect(discardCopy({ ...names, copyDirectory: names.keptDirectory })).rejects.toThrow('is no copy');
  await discardCopy(names);
  expect(await readdir(folder)).toEqual([basename(names.directory)]);
});
