import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test, type Page } from '@playwright/test';
import { parse } from 'yaml';
import { configuration } from '../server/contract/configuration.ts';
import { galeraView } from '../server/contract/galera.ts';
import { ConsoleClient } from './demo/console-client.ts';
import { folder, judged } from './demo/pictures.ts';
import { startDemo, type RunningDemo } from './demo/running-demo.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');

let demo: RunningDemo;
test.beforeAll(async () => {
  test.setTimeout(240_000);
  mkdirSync(folder, { recursive: true });
  demo = await startDemo({ writeLoad: 0, galera: true });
});
test.afterAll(async () => {
  await demo.stop();
});

/** The page as it stands, judged by axe and photographed: wide, light and dark, and narrow, where nothing is cut off. */
async function photograph(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await judged(page, name, colorScheme);
  }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize({ width: 360, height: 740 });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect.soft(overflow, name).toBeLessThanOrEqual(0);
  await page.screenshot({ path: join(folder, `${name}-phone.png`), fullPage: true });
  await page.setViewportSize({ width: 1280, height: 900 });
}

test('all nodes are killed on the page; it says which one may begin and why, brings the cluster back step by step, all are Synced, and it can be stopped in order again', async ({
  page,
}) => {
  test.slow();
  const { url, username, password } = demo.file.console;
  await page.goto(`${url}/sign-in`);
  await page.getByLabel('User name').fill(username);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL((at) => at.pathname === '/');

  await page.goto(`${url}/clusters/wiki/galera`);
  await expect(page.getByText('The cluster runs: wiki-1, wiki-2 and wiki-3 are Primary.')).toBeVisible();
  await page.getByRole('button', { name: 'Stop all in order…' }).click();
  await expect(page.getByText('From the stop of wiki-1 on nobody serves')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Stop wiki', exact: true })).toBeDisabled();
  await page.getByRole('radio', { name: 'wiki-2' }).check();
  await expect(page.getByText('From the stop of wiki-2 on nobody serves')).toBeVisible();
  await page.getByLabel('Type wiki to say that it is meant').fill('wiki');
  await expect(page.getByRole('button', { name: 'Stop wiki', exact: true })).toBeEnabled();
  await photograph(page, 'galera-stop');
  await page.getByRole('button', { name: 'Cancel' }).click();

  await page.getByRole('button', { name: 'Kill all' }).click();
  await expect(page.getByText('Killed: wiki-1, wiki-2, wiki-3.')).toBeVisible();
  await page.getByRole('button', { name: 'Find the node that may begin' }).click();
  const bootstrap = page.getByRole('button', { name: /^Bootstrap wiki-\d$/ });
  await expect(bootstrap).toBeEnabled();
  await expect(page.getByRole('row', { name: /recommended.*It has the last committed transaction/ })).toHaveCount(1);
  await expect(page.getByText(/^Not wiki-\d: /)).toHaveCount(2);
  await photograph(page, 'galera-recovery');
  await bootstrap.click();

  await page.waitForURL(/\/operations\//);
  await expect(page.getByText('point of no return', { exact: true }).first()).toBeVisible();
  await expect(page.getByText(/^wiki runs again from wiki-\d, at \d+; nothing was given up\.$/)).toBeVisible({
    timeout: 60_000,
  });
  await photograph(page, 'galera-operation');
  const { decision, evidence } = await new ConsoleClient(demo.file).expect(
    galeraView,
    200,
    'GET',
    '/clusters/wiki/galera',
  );
  expect(decision.situation).toBe('running');
  const states = evidence.map((one) =>
    one.kind === 'seen' && one.evidence.alive.kind === 'serving' ? one.evidence.alive.status.localState : one.kind,
  );
  expect(states).toEqual(['Synced', 'Synced', 'Synced']);

  // One that is down is brought back by a script as by the page, and waited for.
  await baton('sandbox', 'stop', 'wiki-3', '--dir', demo.dir);
  const started = await baton('galera', 'start', 'wiki', '--yes', '--json', '--config', demo.file.config);
  expect(JSON.parse(started)).toMatchObject({ order: ['wiki-3'], nodes: [{ node: 'wiki-3', error: null }] });

  // Stopped in order, the last one is the one that is offered; by hand another one refuses, and its error log says why.
  await page.getByRole('link', { name: 'See the nodes of wiki' }).click();
  await page.getByRole('button', { name: 'Stop all in order', exact: true }).click();
  await page.waitForURL(/\/operations\//);
  await expect(page.getByText(/^wiki is stopped\. wiki-1 stopped last, at \d+/)).toBeVisible({ timeout: 60_000 });
  await page.getByRole('link', { name: 'Bring it back' }).click();
  expect(await startedByHand('wiki-2')).toContain('It may not be safe to bootstrap');
  await expect(page.getByText('It may not be safe to bootstrap').first()).toBeVisible();
  await page.getByRole('button', { name: 'Find the node that may begin' }).click();
  await expect(page.getByRole('button', { name: 'Bootstrap wiki-1' })).toBeEnabled();
  await photograph(page, 'galera-error-log');
});

/** What a baton command prints; rejects where it ends with another code than 0. */
async function baton(...words: string[]): Promise<string> {
  return (await run(join(root, 'server/cli/baton.mjs'), words, { cwd: root })).stdout;
}

/** As who has read half of a manual does it: a node is told to begin a cluster. Answers what came of it. */
async function startedByHand(node: string): Promise<string> {
  const { agent } = configuration.parse(parse(readFileSync(join(demo.dir, 'agents', `${node}.yaml`), 'utf8')));
  const startFile = agent?.server.galera?.startFile ?? '';
  writeFileSync(startFile, '[mariadbd]\nwsrep_new_cluster=ON\n');
  const words = ['sandbox', 'start', node, '--dir', demo.dir];
  const end = await run(join(root, 'server/cli/baton.mjs'), words, { cwd: root }).catch((error: unknown) => error);
  writeFileSync(startFile, '');
  return String(end);
}
