import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, copyFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findHolder } from './find-process.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'baton-holder-'));
});
afterEach(async () => await rm(folder, { recursive: true, force: true }));

test('a server is found by its data directory, also where the options name that by a link', async () => {
  const real = join(folder, 'data');
  const link = join(folder, 'link');
  await mkdir(real);
  await symlink(real, link);
  // Of the name of a server, in its directory: all that is looked at.
  const program = join(folder, 'mariadbd');
  await copyFile('/bin/sleep', program);
  const server = spawn(program, ['600'], { cwd: real });
  try {
    await once(server, 'spawn');
    for (const directory of [real, link])
      expect(await findHolder(directory)).toMatchObject({ kind: 'process', pid: server.pid, open: false });
  } finally {
    server.kill('SIGKILL');
    await once(server, 'exit');
  }
});
