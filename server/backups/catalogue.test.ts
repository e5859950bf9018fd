import { mkdir, mkdtemp, readdir, rename, rm, rmdir, symlink, truncate, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findBackup, readCatalogue } from './catalogue.ts';
import { manifestOf, placeBackup } from './fixtures.ts';
import { manifestName, partialName } from './names.ts';
import { pruneBackups } from './prune.ts';
import { recoverLeftovers } from './recover-leftovers.ts';

let directory: string;
const content = Buffer.from('a whole dump');
const startedAt = '2026-11-20T01:00:00.000Z';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'baton-catalogue-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

describe('the catalogue', () => {
  test('has whole backups, newest first, and nothing else of the directory', async () => {
    const older = await placeBackup(directory, content, '2026-11-19T01:00:00.000Z');
    const newer = await placeBackup(directory, content, startedAt);
    await writeFile(join(directory, 'notes.txt'), '');
    await writeFile(join(directory, 'notes.sql.zst'), '');
    await mkdir(join(directory, '.agent'));
    expect(await readCatalogue(directory)).toEqual([newer, older]);
  });

  const breakages: [string, (path: string) => Promise<void>][] = [
    ['without a manifest', (path) => unlink(`${path}.json`)],
    ['shorter than its manifest says', (path) => truncate(path, 3)],
    ['longer than its manifest says', (path) => writeFile(path, 'more', { flag: 'a' })],
    ['whose manifest is cut short', (path) => truncate(`${path}.json`, 20)],
    ['whose manifest is empty', (path) => writeFile(`${path}.json`, '')],
    ['whose manifest is huge', (path) => writeFile(`${path}.json`, ' '.repeat(70_000), { flag: 'a' })],
    ['that is gone', (path) => unlink(path)],
    ['that is a directory', (path) => unlink(path).then(() => mkdir(path))],
    [
      'that is a link to a file of the same size',
      async (path) => {
        await rename(path, `${path}.elsewhere`);
        await symlink(`${path}.elsewhere`, path);
      },
    ],
    [
      'whose manifest is a link',
      async (path) => {
        await rename(`${path}.json`, `${path}.elsewhere`);
        await symlink(`${path}.elsewhere`, `${path}.json`);
      },
    ],
    [
      'that is empty, as its manifest says',
      async (path) => {
        await writeFile(path, '');
        await writeFile(`${path}.json`, JSON.stringify(manifestOf(Buffer.from(''), startedAt)));
      },
    ],
    [
      'whose checksum is none, and would break the headers of its download',
      (path) =>
        writeFile(`${path}.json`, JSON.stringify({ ...manifestOf(content, startedAt), sha256: 'x\r\nX-Other: 1' })),
    ],
    [
      "with another backup's manifest",
      (path) => writeFile(`${path}.json`, JSON.stringify(manifestOf(content, '2026-01-01T00:00:00.000Z'))),
    ],
  ];
  test.each(breakages)('does not have a backup %s', async (_, break_) => {
    const { name } = await placeBackup(directory, content, startedAt);
    expect(await findBackup(directory, name)).not.toBeNull();
    await break_(join(directory, name));
    expect(await findBackup(directory, name)).toBeNull();
    expect(await readCatalogue(directory)).toEqual([]);
  });
});

test('pruning removes a backup with its manifest, and no file that no manifest names', async () => {
  await placeBackup(directory, content, '2026-11-01T01:00:00.000Z');
  const kept = await placeBackup(directory, content, startedAt);
  const orphan = 'db-1-2020-01-01T00-00-00Z.sql.zst';
  await writeFile(join(directory, orphan), '');
  await pruneBackups(directory, 'db-1', { days: 7 }, new Date(startedAt));
  expect((await readdir(directory)).toSorted()).toEqual([orphan, kept.name, manifestName(kept.name)].toSorted());
});

async function put(file: string, data: string | Buffer): Promise<void> {
  await writeFile(join(directory, file), data);
}

describe('an agent that starts after one was killed', () => {
  const manifest = manifestOf(content, startedAt);
  const { name } = manifest;

  test('removes a half dump and says so', async () => {
    await put(partialName(name), 'half');
    expect(await recoverLeftovers(directory, 'db-1')).toEqual({ finished: [], removed: [name], waiting: [] });
    expect(await readdir(directory)).toEqual([]);
  });

  test('removes a dump that had no name yet, with its manifest', async () => {
    await put(partialName(name), content);
    await put(partialName(manifestName(name)), JSON.stringify(manifest));
    expect(await recoverLeftovers(directory, 'db-1')).toEqual({ finished: [], removed: [name], waiting: [] });
    expect(await readdir(directory)).toEqual([]);
  });

  test('finishes a whole dump whose manifest had no name yet', async () => {
    await put(name, content);
    await put(partialName(name), content);
    await put(partialName(manifestName(name)), JSON.stringify(manifest));
    expect(await recoverLeftovers(directory, 'db-1')).toEqual({ finished: [name], removed: [], waiting: [] });
    expect(await readCatalogue(directory)).toEqual([manifest]);
    expect(await readdir(directory)).toHaveLength(2);
  });

  test('does not finish one whose size is not that of its manifest', async () => {
    await put(name, 'short');
    await put(partialName(manifestName(name)), JSON.stringify(manifest));
    expect(await recoverLeftovers(directory, 'db-1')).toEqual({ finished: [], removed: [name], waiting: [] });
    expect(await readCatalogue(directory)).toEqual([]);
  });

  test('keeps a whole one that can not get its name, and finishes it another time', async () => {
    await put(name, content);
    await put(partialName(manifestName(name)), JSON.stringify(manifest));
    await mkdir(join(directory, manifestName(name)));
    expect(await recoverLeftovers(directory, 'db-1')).toEqual({ finished: [], removed: [], waiting: [name] });
    await rmdir(join(directory, manifestName(name)));
    expect(await recoverLeftovers(directory, 'db-1')).toEqual({ finished: [name], removed: [], waiting: [] });
    expect(await readCatalogue(directory)).toEqual([manifest]);
  });

  test("leaves other servers' and strangers' partial files alone", async () => {
    const others = [partialName(manifestOf(content, startedAt, 'db-2').name), '.film.partial', '.x.sql.zst.partial'];
    for (const other of others) await put(other, '');
    expect(await recoverLeftovers(directory, 'db-1')).toEqual({ finished: [], removed: [], waiting: [] });
    expect((await readdir(directory)).toSorted()).toEqual(others.toSorted());
  });
});
