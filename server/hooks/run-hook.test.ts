import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { endLeftOver } from './process-identity.ts';
import { programProblem } from './program-problem.ts';
import { runHook, type HookEnd } from './run-hook.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'baton-hooks-'));
});
afterEach(async () => await rm(dir, { recursive: true }));

async function script(body: string, mode = 0o700): Promise<string> {
  const file = join(dir, 'hook');
  await writeFile(file, `#!/bin/sh\n${body}\n`, { mode });
  return file;
}

const never = new AbortController().signal;

async function ran(
  body: string,
  options: { input?: string; args?: string[]; timeoutMs?: number; signal?: AbortSignal } = {},
): Promise<{ end: HookEnd; log: string }> {
  let log = '';
  const { input = '{}', args = [], timeoutMs = 20_000, signal = never } = options;
  const hook = runHook([await script(body), ...args], input, { timeoutMs, signal, onOutput: (text) => (log += text) });
  return { end: await hook.ended, log };
}

/** Whether that process runs no more; one that was killed may stay in the table until somebody collects it. */
const gone = (pid: number): boolean => {
  try {
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
};

test('a hook gets its arguments as they are, its message on standard input, and nothing of the console’s environment', async () => {
  process.env['BATON_TEST_SECRET'] = 'hidden';
  const { end, log } = await ran('cat; echo; printf "%s|" "$@"; env; pwd', {
    input: '{"version":1}',
    args: ['a b', '$(id)', "'"],
  });
  delete process.env['BATON_TEST_SECRET'];
  expect(end).toEqual({ kind: 'exited', exitCode: 0 });
  expect(log).toContain('{"version":1}\na b|$(id)|\'|');
  expect(log).not.toContain('hidden');
  expect(log.trimEnd().endsWith('\n/')).toBe(true);
});

test('both outputs are kept, and the exit code is what counts', async () => {
  const { end, log } = await ran('echo out; echo err >&2; exit 3');
  expect(end).toEqual({ kind: 'exited', exitCode: 3 });
  expect(log.split('\n').toSorted()).toEqual(['', 'err', 'out']);
});

test('a hook that reads nothing of a long message still ends as it ends', async () => {
  const { end } = await ran('exec 0<&-; exit 0', { input: 'x'.repeat(1_000_000) });
  expect(end).toEqual({ kind: 'exited', exitCode: 0 });
});

test('a hook that dies by a signal says which', async () => {
  expect((await ran('kill -KILL $$')).end).toEqual({ kind: 'signalled', signal: 'SIGKILL' });
});

test('at the time-out the whole group is killed, also what ignores SIGTERM', async () => {
  const child = join(dir, 'child');
  const { end } = await ran(
    `trap '' TERM\nsh -c "trap '' TERM; echo \\$\\$ > ${child}; sleep 600" &\nwait; sleep 600`,
    {
      timeoutMs: 700,
    },
  );
  expect(end).toEqual({ kind: 'timed-out', afterMs: 700 });
  const pid = Number(await readFile(child, 'utf8'));
  await expect.poll(() => gone(pid)).toBe(true);
});

test('what a hook leaves running in its group ends with it, and is not waited for', async () => {
  const child = join(dir, 'child');
  const started = performance.now();
  const { end } = await ran(`sleep 600 & echo $! > ${child}; echo done`);
  expect(end).toEqual({ kind: 'exited', exitCode: 0 });
  expect(performance.now() - started).toBeLessThan(10_000);
  const pid = Number(await readFile(child, 'utf8'));
  await expect.poll(() => gone(pid)).toBe(true);
});

test('a cancel ends it at once', async () => {
  const cancel = new AbortController();
  const running = ran('sleep 600', { signal: cancel.signal });
  cancel.abort();
  expect((await running).end).toEqual({ kind: 'cancelled' });
});

test('huge output is bounded: its beginning and its end are kept, and nothing that moves a cursor', async () => {
  const { end, log } = await ran(
    'printf "\\033[2Jfirst\\n"; head -c 30000000 /dev/zero | tr "\\0" "x"; printf "\\nlast\\n"',
  );
  expect(end).toEqual({ kind: 'exited', exitCode: 0 });
  expect(log.length).toBeLessThan(25_000);
  expect(log).toMatch(/^\uFFFD\[2Jfirst\n/);
  expect(log).toMatch(/… \d{8} characters left out …\n[^]*\nlast\n$/);
});

test.each([
  ['a missing program', '/nowhere/hook', 'does not exist'],
  ['a folder', '/tmp', 'is no file'],
])('%s is seen before it is started, and started it says so', async (_, program, problem) => {
  expect(await programProblem(program)).toBe(problem);
  const { ended, identity } = runHook([program], '', { timeoutMs: 1_000, signal: never, onOutput: () => undefined });
  expect(await ended).toMatchObject({ kind: 'not-started' });
  expect(identity).toBeNull();
});

test('a file that may not be executed is seen, one that may is well', async () => {
  expect(await programProblem(await script('', 0o600))).toBe('may not be executed by this user');
  await rm(join(dir, 'hook'));
  expect(await programProblem(await script('', 0o700))).toBeNull();
});

test('an argument that no system takes is an end, no crash', async () => {
  const hook = runHook(['/bin/true', 'a\0b'], '', { timeoutMs: 1_000, signal: never, onOutput: () => undefined });
  expect(await hook.ended).toMatchObject({ kind: 'not-started' });
});

test('what an earlier console left is ended, and a stranger with the same id is not', async () => {
  const hook = runHook([await script('sleep 600')], '', {
    timeoutMs: 20_000,
    signal: never,
    onOutput: () => undefined,
  });
  const { identity } = hook;
  if (!identity) throw new Error('no identity');
  expect(endLeftOver({ ...identity, startTicks: identity.startTicks - 1 })).toBe(false);
  expect(endLeftOver(identity)).toBe(true);
  expect(await hook.ended).toEqual({ kind: 'signalled', signal: 'SIGKILL' });
  expect(endLeftOver(identity)).toBe(false);
});
