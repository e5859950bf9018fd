import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';

/** A program that is told to stop and then takes for ever; it says a line at each SIGINT. */
const program = `
  import { untilStopped } from ${JSON.stringify(join(import.meta.dirname, 'until-stopped.ts'))};
  const stopped = untilStopped();
  process.on('SIGINT', () => console.log('SIGINT'));
  setInterval(() => {}, 60_000);
  console.log('ready');
  await stopped;
  console.log('stopping');
`;

test('one Ctrl-C that arrives three times is one wish; another a second later ends the process at once', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async (): Promise<unknown> => (await lines.next()).value;

  expect(await line()).toBe('ready');
  const startedAt = performance.now();
  child.kill('SIGINT');
  expect(new Set([await line(), await line()])).toEqual(new Set(['SIGINT', 'stopping']));
  // Each answer shows that the one before did not end it.
  for (let last: unknown = 'SIGINT'; last !== undefined; last = await line()) child.kill('SIGINT');

  expect(await exited).toEqual([130, null]);
  expect(performance.now() - startedAt).toBeGreaterThan(900);
});
