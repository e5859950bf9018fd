import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { createAccess } from '../../access/access.ts';
import { commandLineActor } from '../../access/actor.ts';
import type { Operation } from '../../contract/operation.ts';
import type { TakeoverPlan } from '../../contract/takeover.ts';
import { prepareRealConsole, type RealConsole } from '../../console/testing/real-console.ts';
import { openStore } from '../../store/open-store.ts';
import { runBaton, type Ran } from '../testing/run-baton.ts';

let real: RealConsole;
let dir: string;
let url: string;
let token: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'baton-scripted-'));
  real = await prepareRealConsole(1);
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const hook = join(dir, 'hook');
  await writeFile(
    hook,
    `#!/bin/sh\nif [ -e ${join(dir, 'slow')} ]; then touch ${join(dir, 'began')}; sleep 30; fi\nexit 0\n`,
    { mode: 0o700 },
  );
  await real.configure((value) => {
    Object.assign(value.console, { listen: `127.0.0.1:${port}`, url });
    Object.assign(value.clusters['erp5'] ?? {}, {
      hooks: { beforeFencing: [{ name: 'drain', command: [hook], timeoutSeconds: 40 }] },
    });
  });
  await real.start();
  const store = await openStore(`sqlite://${join(real.folder, 'console.sqlite')}`);
  const access = createAccess(store, { now: Date.now, sessionHours: 1, cost: { N: 1024, r: 8, p: 1 } });
  const takeover = { cluster: 'erp5', server: 'db-2' };
  ({ token } = await access.tokens.create(commandLineActor('test'), { name: 'scripts', takeover }));
  await store.close();
  await writeFile(join(dir, 'token'), `${token}\n`, { mode: 0o600 });
});
afterAll(async () => {
  await real.stop();
  await rm(dir, { recursive: true });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

const promote = (args: readonly string[], options: { signal?: AbortSignal } = {}): Promise<Ran> =>
  runBaton(['promote', 'erp5/db-2', '--url', url, '--token-file', join(dir, 'token'), ...args], options);

/** The pieces of the README are what people copy: they are run as they stand there. */
async function readmeScript(): Promise<string> {
  const readme = await readFile(join(import.meta.dirname, '../../../README.md'), 'utf8');
  const found = /```sh\n(#!\/bin\/sh\n# takeover\.sh [^]*?)```/.exec(readme)?.[1];
  if (found === undefined) throw new Error('the README has no takeover.sh');
  return found;
}

async function runScript(file: string, ...args: string[]): Promise<Ran> {
  const env = { ...process.env, BATON_URL: url, TOKEN_FILE: join(dir, 'token') };
  const child = spawn('/bin/sh', [file, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk: Buffer) => {
      output[name] += chunk.toString();
    });
  }
  return await new Promise((resolve) => child.once('close', (code) => resolve({ code, ...output })));
}

const healthy = async (): Promise<void> => {
  await vi.waitFor(
    async () => {
      const ran = await promote(['--dry-run', '--json']);
      expect({ code: ran.code, stderr: ran.stderr }).toMatchObject({ code: 0 });
    },
    { timeout: 30_000, interval: 500 },
  );
};

test('a dry run by a takeover-only token answers with 0 and the ended operation alone on standard output', async () => {
  await healthy();
  const ran = await promote(['--dry-run', '--json']);
  const answer: { plan: TakeoverPlan; operation: Operation } = JSON.parse(ran.stdout);
  expect(answer.operation).toMatchObject({ dryRun: true, outcome: 'succeeded', actor: 'token:scripts' });
  expect(ran.stderr).toContain('✓ lock');
  expect(`${ran.stdout}${ran.stderr}`).not.toContain(token);
});

test('Ctrl-C before the point of no return cancels and restores, also inside a hook', async () => {
  await healthy();
  await writeFile(join(dir, 'slow'), '');
  const interrupt = new AbortController();
  const running = promote(['--yes', '--json'], { signal: interrupt.signal });
  await vi.waitFor(() => expect(existsSync(join(dir, 'began'))).toBe(true), { timeout: 30_000, interval: 100 });
  interrupt.abort();
  const ran = await running;
  await rm(join(dir, 'slow'));
  expect(ran.code).toBe(1);
  const { operation }: { operation: Operation } = JSON.parse(ran.stdout);
  expect(operation.outcome).toBe('cancelled-restored');
  expect(ran.stderr).toContain('Cancelling');
});

test('the script of the README takes over with nothing but curl, jq and the token of that server', async () => {
  await healthy();
  const file = join(dir, 'takeover.sh');
  await writeFile(file, await readmeScript());
  const elsewhere = await runScript(file, 'erp5', 'db-1');
  expect(elsewhere.code).not.toBe(0);
  expect(elsewhere.stdout + elsewhere.stderr).toMatch(/403/);
  const ran = await runScript(file, 'erp5', 'db-2');
  expect(ran.stderr).toBe('');
  expect(ran.stdout).toMatch(/^db-2 is primary\./);
  expect([0, 4]).toContain(ran.code);
  // Once more: there is nothing left to do, and it says so with the code of a refusal.
  const again = await runScript(file, 'erp5', 'db-2');
  expect(again).toMatchObject({ code: 3, stderr: expect.stringContaining('target-not-primary') });
});
