import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readSecret } from './read-secret.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'baton-secret-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

test.each([
  ['secret', 'secret'],
  ['secret\n', 'secret'],
  ['secret\r\n', 'secret'],
  ['secret\n\n', 'secret\n'],
  [' with spaces \n', ' with spaces '],
])('of %j the secret is %j', async (content, secret) => {
  const file = join(directory, 'secret');
  writeFileSync(file, content);
  expect(await readSecret(file)).toBe(secret);
});

test.each(['', '\n'])('a file with %j is refused as empty', async (content) => {
  const file = join(directory, 'secret');
  writeFileSync(file, content);
  await expect(readSecret(file)).rejects.toMatchObject({
    code: 'unavailable',
    message: `The secret file ${file} is empty.`,
  });
});

test('a missing file is named', async () => {
  await expect(readSecret(join(directory, 'none'))).rejects.toThrow(/none does not exist/);
});
