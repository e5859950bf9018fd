import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { claimFolder, fillFolder, knownFacts, replicaFolder } from './replica-folder.ts';

const choice = { name: 'db-4', host: '127.0.0.1', port: 3306, agentPort: 8443 };
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'baton-run-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

test('a folder that holds anything of somebody else is refused, and left as it is', async () => {
  const { options } = replicaFolder(directory);
  await writeFile(options, '[mariadbd]\nport=3306\n');
  await expect(claimFolder(directory, choice)).rejects.toMatchObject({
    code: 'refused',
    message: expect.stringContaining('my.cnf'),
  });
  expect(await readdir(directory)).toEqual(['my.cnf']);
  expect(await readFile(options, 'utf8')).toBe('[mariadbd]\nport=3306\n');
});

test('a folder whose making was interrupted is completed, and what stands in it is never written again', async () => {
  await writeFile(join(directory, 'replica.json.17.partial'), '{');
  const facts = await claimFolder(directory, choice);
  expect(await knownFacts(directory)).toEqual(facts);
  await fillFolder(directory, facts, {});
  const { options, persist } = replicaFolder(directory);
  const made = await readFile(options, 'utf8');
  await writeFile(persist, '[mariadbd]\nread_only=1\n');
  await fillFolder(directory, facts, {});
  expect(await readFile(options, 'utf8')).toBe(made);
  expect(await readFile(persist, 'utf8')).toBe('[mariadbd]\nread_only=1\n');
});
