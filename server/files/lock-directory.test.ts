import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lockDirectory } from './lock-directory.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'baton-lock-'));
});
afterAll(async () => await rm(directory, { recursive: true, force: true }));

test('a directory is locked once, by whatever path, until it is given back', async () => {
  const release = await lockDirectory(directory);
  expect(release).not.toBeNull();
  const link = join(directory, 'link');
  await symlink(directory, link);
  expect(await lockDirectory(link)).toBeNull();
  await release?.();
  const again = await lockDirectory(directory);
  expect(again).not.toBeNull();
  await again?.();
});

test('the lock of a process that was killed is free', async () => {
  const program = `
    import { lockDirectory } from ${JSON.stringify(new URL('lock-directory.ts', import.meta.url).href)};
    const release = await lockDirectory(process.argv[1]);
    process.stdout.write(release === null ? 'no' : 'locked');
    setInterval(() => undefined, 1000);
  `;
  const args = ['--input-type=module', '-e', program, directory];
  const other = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  expect(String((await once(other.stdout, 'data'))[0])).toBe('locked');
  expect(await lockDirectory(directory)).toBeNull();
  other.kill('SIGKILL');
  await once(other, 'exit');
  const release = await lockDirectory(directory);
  expect(release).not.toBeNull();
  await release?.();
});

// As flock.c of util-linux says it: strerror in the language of its environment.
test.each([
  ['65', 'Bad file descriptor', '. It may be on NFS: put it on a disk of this host'],
  ['71', 'No locks available', ''],
])('where flock fails, the directory is named (%s: %s), and NFS where that is like it', async (code, said, more) => {
  const path = process.env['PATH'];
  try {
    const script = `#!/bin/sh\n[ "$LC_ALL" = C ] && echo "flock: 3: ${said}" >&2; exit ${code}\n`;
    await writeFile(join(directory, 'flock'), script, { mode: 0o755 });
    process.env['PATH'] = `${directory}:${path}`;
    const text = `${directory} can't be locked: flock: 3: ${said}${more}`;
    await expect(lockDirectory(directory)).rejects.toThrow(new Error(text));
  } finally {
    process.env['PATH'] = path;
  }
  const release = await lockDirectory(directory);
  expect(release).not.toBeNull();
  await release?.();
});

test('a directory that is not there is told', async () => {
  await expect(lockDirectory(join(directory, 'none'))).rejects.toThrow('ENOENT');
});
