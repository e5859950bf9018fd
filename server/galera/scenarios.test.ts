import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
/** Names of tests and of what holds several: "scenario 3: …", "scenarios 16 and 25: …", "scenario 10, the choice: …". */
const NAMED = /(?:test|describe)\('scenarios? (\d+)(?: and (\d+))?[:,]/g;

test('each of the 25 scenarios of a cluster that is brought back is a test by its number', () => {
  const files = globSync('{galera,topology}/**/*.test.ts', { cwd: root });
  const named = files.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(NAMED)].flatMap(([, ...numbers]) =>
      numbers.flatMap((number) => (number === undefined ? [] : [Number(number)])),
    ),
  );
  expect([...new Set(named)].toSorted((a, b) => a - b)).toEqual(Array.from({ length: 25 }, (_, index) => index + 1));
});
