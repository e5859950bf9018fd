import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createAccess, type Access } from '../../access/access.ts';
import { actorOf } from '../../access/actor.ts';
import { openSqliteStore } from '../../store/sqlite-store.ts';
import type { Store } from '../../store/store.ts';
import { sandboxMethods, type SandboxParts } from './sandbox.ts';

const operator = actorOf('ana', 'operator', 'cli');
let dir: string;
let store: Store;
let access: Access;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'baton-kill-'));
  store = await openSqliteStore(join(dir, 'console.sqlite'));
  access = createAccess(store, { now: Date.now, sessionHours: 1 });
});
afterEach(async () => {
  await store.close();
  await rm(dir, { recursive: true, force: true });
});

type Configuration = ReturnType<SandboxParts['clusters']['get']>['configuration'];
/** Of one server; `program` is what kills it, with its name. */
async function kill(program: string | null, change: Partial<Configuration> = {}): Promise<{ killed: string[] }> {
  const sandboxKill = program === null ? undefined : [process.execPath, '-e', program];
  const configuration: Configuration = { sandbox: true, sandboxKill, servers: { 'db-1': {} }, ...change };
  const { killSandbox } = sandboxMethods({
    access,
    logger: pino({ level: 'silent' }),
    settled: Promise.resolve(),
    stopping: () => false,
    clusters: { get: () => ({ configuration }) },
  });
  return await killSandbox(operator, 'wiki');
}
const audited = async (): Promise<string[]> =>
  (await access.audit.list({ limit: 10 })).map(({ action, result }) => `${action}: ${result}`).toReversed();

test('a cluster that is no sandbox has none of its servers killed, whatever its configuration says, nor one that says not how', async () => {
  const file = join(dir, 'ran');
  const writes = `require('node:fs').writeFileSync(${JSON.stringify(file)}, process.argv[1])`;
  await expect(kill(writes, { sandbox: false })).rejects.toMatchObject({ code: 'refused' });
  await expect(kill(null)).rejects.toMatchObject({ code: 'refused' });
  await expect(readFile(file)).rejects.toMatchObject({ code: 'ENOENT' });
  expect(await audited()).toEqual([]);
  // The same command does kill in a sandbox: what was refused would have run.
  expect(await kill(writes)).toEqual({ killed: ['db-1'] });
  expect(await readFile(file, 'utf8')).toBe('db-1');
});

test('a kill is in the audit before it is begun, and with its end', async () => {
  await kill('');
  await expect(kill('console.error("no such server"); process.exit(3)')).rejects.toMatchObject({ code: 'unavailable' });
  expect(await audited()).toEqual([
    'sandbox-kill: asked',
    'sandbox-kill: done',
    'sandbox-kill: asked',
    expect.stringMatching(/^sandbox-kill: failed: .*no such server$/s),
  ]);
});
