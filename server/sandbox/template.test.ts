import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { templateDirectory } from './template.ts';

test('two that need the template at once both get the same one, and nothing half-made stays', async () => {
  const cache = await mkdtemp(join(tmpdir(), 'baton-'));
  const [one, two] = await Promise.all([templateDirectory(cache), templateDirectory(cache)]);
  expect(one).toBe(two);
  expect(await readdir(cache)).toHaveLength(1);
  expect(await readdir(one)).toContain('ibdata1');
  await rm(cache, { recursive: true });
});
