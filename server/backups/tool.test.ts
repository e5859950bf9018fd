import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { getPriority } from 'node:os';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { until } from '../sandbox/until.ts';
import { startTool } from './tool.ts';

/** One that ended and that nobody waited for has none. */
const commandOf = async (pid: string): Promise<string> =>
  await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');

test('a tool ends with the process that started it, also when that one is killed', async () => {
  const program = `
    import { startTool } from ${JSON.stringify(new URL('tool.ts', import.meta.url).href)};
    const tool = startTool('sh', ['-c', 'echo $$; exec sleep 600']);
    tool.stdout.on('data', (chunk) => process.stdout.write(chunk));
  `;
  const ours = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const pid = await new Promise<string>((resolve) =>
    ours.stdout.once('data', (chunk) => resolve(String(chunk).trim())),
  );
  expect(await commandOf(pid)).toContain('sleep');
  ours.kill('SIGKILL');
  await once(ours, 'exit');
  await until(async () => (await commandOf(pid)) === '', { what: 'the end of the tool' });
});

const niceness = async (yielding: boolean): Promise<string> =>
  (await text(startTool('sh', ['-c', 'nice'], { yielding }).stdout)).trim();

test('a tool that yields has the lowest priority, and what it starts as well', async () => {
  expect([await niceness(true), await niceness(false)]).toEqual(['19', String(getPriority())]);
  expect(await startTool('no-such-tool', [], { yielding: true }).ended).toMatch(
    /^no-such-tool could not be started: No/,
  );
});

test('a tool that is not installed is told as such', async () => {
  expect(await startTool('no-such-tool', []).ended).toMatch(/^no-such-tool could not be started: No such file/);
  expect(await startTool('false', []).ended).toBe('false ended with code 1');
});
