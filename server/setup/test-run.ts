import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../contract/errors.ts';
import { ensureBuild } from './build.ts';
import { environment } from './node24.mjs';
import { complain, say } from './progress.mjs';
import { countsOf, playwrightCounts, sum, vitestCounts, type Counts } from './test-counts.ts';

/** One thing that has to hold. `counts` reads the report the program writes; without it the check counts as one. */
interface Check {
  readonly name: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly counts?: { readonly file: string; readonly read: (json: string) => Counts };
}

const root = join(import.meta.dirname, '..', '..');
const reports = mkdtempSync(join(tmpdir(), 'baton-test-'));
const vitestFile = join(reports, 'vitest.json');
const playwrightFile = join(reports, 'playwright.json');

const beforeBuild: readonly Check[] = [
  // The types of routes and stylesheets, without which a fresh clone has type errors.
  ...(existsSync(join(root, 'app')) ? [{ name: 'route types', args: ['next', 'typegen'] }] : []),
  { name: 'types', args: ['tsc', '--noEmit'] },
  { name: 'lint', args: ['oxlint', '--type-aware', '--deny-warnings'] },
  { name: 'format', args: ['prettier', '--check', '--log-level', 'warn', '.'] },
  {
    name: 'unit and real MariaDB',
    args: ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${vitestFile}`],
    counts: { file: vitestFile, read: vitestCounts },
  },
];

const afterBuild: readonly Check[] = existsSync(join(root, 'e2e', 'playwright.config.ts'))
  ? [
      {
        name: 'real browser',
        args: ['playwright', 'test', '--config', 'e2e/playwright.config.ts', '--reporter=list,json'],
        env: { PLAYWRIGHT_JSON_OUTPUT_NAME: playwrightFile, PLAYWRIGHT_JSON_OUTPUT_FILE: playwrightFile },
        counts: { file: playwrightFile, read: playwrightCounts },
      },
    ]
  : [];

const stopped: { by: NodeJS.Signals | null } = { by: null };
let running: (signal: NodeJS.Signals) => void = () => {};
const stop = (signal: NodeJS.Signals): void => {
  stopped.by = signal;
  running(signal);
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
process.once('disconnect', () => stop('SIGTERM'));

const results: { name: string; counts: Counts; seconds: number }[] = [];
for (const check of beforeBuild) await hold(check);
await measure('build', async () => {
  await ensureBuild(root);
  return countsOf(0, null);
});
for (const check of afterBuild) await hold(check);
rmSync(reports, { recursive: true, force: true });

say('');
for (const { name, counts, seconds } of results) {
  const numbers = `${counts.passed} passed, ${counts.failed} failed`;
  say(`${counts.failed > 0 ? '✗' : '✓'} ${name.padEnd(24)} ${numbers.padEnd(24)} ${seconds.toFixed(1)} s`);
}
const total = sum(results.map(({ counts }) => counts));
if (stopped.by !== null) complain(`stopped by ${stopped.by}`);
say(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = stopped.by === null ? Number(total.failed > 0) : 128 + constants.signals[stopped.by];
if (process.channel) process.disconnect();

async function hold(check: Check): Promise<void> {
  await measure(check.name, async () => {
    const code = await run(check);
    const counted =
      check.counts && existsSync(check.counts.file) ? check.counts.read(readFileSync(check.counts.file, 'utf8')) : null;
    return countsOf(code, counted);
  });
}

async function measure(name: string, work: () => Promise<Counts>): Promise<void> {
  if (stopped.by !== null) return;
  say(`\n── ${name}`);
  const startedMs = Date.now();
  const counts = await work().catch((error: unknown): Counts => {
    complain(messageOf(error));
    return countsOf(1, null);
  });
  results.push({ name, counts, seconds: (Date.now() - startedMs) / 1000 });
}

async function run(check: Check): Promise<number> {
  const [program = '', ...args] = check.args;
  return await new Promise((resolve) => {
    const child = spawn(join(root, 'node_modules', '.bin', program), args, {
      cwd: root,
      env: { ...environment(root), ...check.env },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    running = (signal) => child.kill(signal);
    child.once('error', (error) => {
      complain(error.message);
      resolve(127);
    });
    child.once('exit', (code) => resolve(code ?? 1));
  });
}
