import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const folder = import.meta.dirname;
const read = (file: string): string => readFileSync(join(folder, file), 'utf8');

/** The rows of every table: a name, and a test file in backquotes or a sentence. */
const rows = read('README.md')
  .split('\n')
  .flatMap((line) => {
    const [, name, cell] = /^\| +([^|]+?) +\| +(.+?) +\|$/.exec(line) ?? [];
    return name && cell && name !== 'name' && !name.startsWith('--') ? [{ name, cell }] : [];
  });
const fileOf = (cell: string): string | undefined => /^`([\w./-]+\.test\.ts)`/.exec(cell)?.[1];

test('every scenario of the list is a test of that name, or has a reason', () => {
  const missing = rows.filter(({ name, cell }) => {
    const file = fileOf(cell);
    return file === undefined ? cell.length < 20 : !read(file).includes(`'${name}: `);
  });
  expect(rows.length).toBeGreaterThan(2);
  expect(missing).toEqual([]);
});

test('no scenario is named twice', () => {
  const names = rows.map(({ name }) => name);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
});
