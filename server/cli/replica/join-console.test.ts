import { lstat, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { joinConsole, joiningLines } from './join-console.ts';

let folder: string;
let file: string;
const text = `# The console of the office.
console:
  url: http://127.0.0.1:8080
  store: sqlite:///tmp/x.sqlite
  sessionSecretFile: secret # 32 bytes
clusters:
  erp5:
    account: { observe: { user: view, passwordFile: secret } }
    servers:
      db-1: { url: "mysql://10.0.0.1:3306" } # the old one
`;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'baton-join-'));
  file = join(folder, 'baton.yaml');
  await writeFile(join(folder, 'secret'), 'a secret of the office, long enough\n', { mode: 0o600 });
  await writeFile(file, text, { mode: 0o640 });
});
afterEach(async () => await rm(folder, { recursive: true }));

const server = { cluster: 'erp5', name: 'db-4', url: 'mysql://[2001:db8::4]:3307', agent: null };

test('a server is written into a configuration, and nothing else of it changes, comments included', async () => {
  await joinConsole(file, server);
  const after = await readFile(file, 'utf8');
  expect(after.replace(/^ +db-4:\n +url: .*\n/m, '')).toBe(text);
  expect(after).toContain('mysql://[2001:db8::4]:3307');
  await joinConsole(file, server);
  expect(await readFile(file, 'utf8')).toBe(after);
  expect((await readdir(folder)).toSorted()).toEqual(['baton.yaml', 'secret']);
});

test('a configuration that is a link stays one, and the file that it leads to keeps its mode', async () => {
  const behind = join(folder, 'of-the-office.yaml');
  await rename(file, behind);
  await symlink(behind, file);
  await joinConsole(file, server);
  expect((await lstat(file)).isSymbolicLink()).toBe(true);
  expect(await readFile(behind, 'utf8')).toContain('db-4');
  expect((await lstat(behind)).mode & 0o777).toBe(0o640);
});

test('a name that is taken, a cluster that is not there, a server that makes no sense: the file stays as it was', async () => {
  await expect(joinConsole(file, { ...server, name: 'db-1' })).rejects.toThrow('has another db-1');
  await expect(joinConsole(file, { ...server, cluster: 'wiki' })).rejects.toThrow('no cluster wiki');
  await expect(joinConsole(file, { ...server, url: 'nonsense' })).rejects.toThrow('url');
  expect(await readFile(file, 'utf8')).toBe(text);
  expect((await readdir(folder)).toSorted()).toEqual(['baton.yaml', 'secret']);
});

test('the same as lines for somebody who edits the file', () => {
  expect(joiningLines({ ...server, agent: 'http://10.0.0.4:8443' }).join('\n')).toBe(
    'clusters:\n  erp5:\n    servers:\n      db-4: { url: "mysql://[2001:db8::4]:3307", agent: "http://10.0.0.4:8443" }',
  );
});
