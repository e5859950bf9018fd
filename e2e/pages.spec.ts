import { AxeBuilder } from '@axe-core/playwright';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { operation, type Operation } from '../server/contract/operation.ts';
import { takeoverAnswer } from '../server/contract/takeover.ts';
import { z } from 'zod';
import { folder, judged } from './demo/pictures.ts';
import { expect, test, type Demo } from './demo/test.ts';

/** Every page that a person can come to, by the name of its picture. */
async function pages(demo: Demo): Promise<Record<string, string>> {
  const shown = await someSwitchover(demo);
  const { primary } = await demo.client.until((snapshot) => snapshot.health === 'ok' && snapshot.primary !== null);
  return {
    front: '/',
    cluster: '/clusters/erp5',
    review: `/clusters/erp5/takeover/${primary === 'db-2' ? 'db-1' : 'db-2'}`,
    operations: '/operations',
    operation: `/operations/${shown.id}`,
    rejoin: '/clusters/erp5/rejoin/db-3',
    dumps: '/clusters/erp5/dumps',
    'add-replica': '/clusters/erp5/add-replica',
    audit: '/audit',
    access: '/access',
    'not-found': '/clusters/nowhere',
    'sign-in': '/sign-in',
  };
}

/** One that ran, or one that runs now: a page without an operation shows nothing. */
async function someSwitchover(demo: Demo): Promise<Operation> {
  const ran = await demo.client.expect(z.array(operation), 200, 'GET', '/operations?limit=20');
  const { primary } = await demo.client.until((snapshot) => snapshot.health === 'ok');
  return (
    ran.find(({ kind, dryRun }) => kind === 'switchover' && !dryRun) ??
    (await demo.client.promote(primary === 'db-2' ? 'db-1' : 'db-2', { kind: 'switchover' }))
  );
}

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing on any page, ${colorScheme}`, async ({ console: page, demo }) => {
    // Ten pages, each judged and photographed: on a busy machine more than one page's time.
    test.slow();
    mkdirSync(folder, { recursive: true });
    await page.emulateMedia({ colorScheme });
    for (const [name, path] of Object.entries(await pages(demo))) {
      await page.goto(demo.file.console.url + path);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      if (name === 'review') await expect(page.getByRole('button', { name: /^Promote/ })).toBeVisible();
      await judged(page, name, colorScheme);
    }
  });
}

test('axe finds nothing with the user menu open over a page, and Escape gives the focus back', async ({
  console: page,
}) => {
  const button = page.getByRole('button', { name: /admin/ });
  await button.click();
  await expect(page.getByRole('button', { name: 'Sign out' })).toBeVisible();
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Sign out' })).toBeHidden();
  await expect(button).toBeFocused();
});

test('the review of the primary itself offers nothing', async ({ console: page, demo }) => {
  const { primary } = await demo.client.until((snapshot) => snapshot.primary !== null);
  await page.goto(`${demo.file.console.url}/clusters/erp5/takeover/${primary ?? ''}`);
  await expect(page.getByText('is the primary already: there is nothing to take over')).toBeVisible();
  await expect(page.getByRole('button', { name: /^(Promote|Detach|Fail over)/ })).toHaveCount(0);
});

test('an operation is printed with the words beside its SQL in readable lines', async ({ console: page, demo }) => {
  const { primary } = await demo.client.until((snapshot) => snapshot.primary !== null);
  const { id: planId } = await demo.client.plan(primary === 'db-2' ? 'db-1' : 'db-2');
  const body = { planId, dryRun: true };
  const { operationId } = await demo.client.expect(takeoverAnswer, 202, 'POST', '/clusters/erp5/takeovers', body);
  await demo.client.ended(operationId);
  await page.goto(`${demo.file.console.url}/operations/${operationId}`);
  await expect(page.getByText(/^SQL/).first()).toBeVisible();
  await page.emulateMedia({ media: 'print' });
  const narrow = await page
    .locator('.step > div > span')
    .evaluateAll((spans) => spans.filter((span) => span.getBoundingClientRect().height > 200).length);
  expect(narrow).toBe(0);
});

test('at 360 px, and so at 400 % zoom, nothing has to be scrolled sideways', async ({ console: page, demo }) => {
  mkdirSync(folder, { recursive: true });
  await page.setViewportSize({ width: 360, height: 740 });
  for (const [name, path] of Object.entries(await pages(demo))) {
    await page.goto(demo.file.console.url + path);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect.soft(overflow, name).toBeLessThanOrEqual(0);
    await page.screenshot({ path: join(folder, `${name}-phone.png`), fullPage: true });
  }
});

test('the front page works by keyboard: the first Promote is reached and opened with Enter', async ({
  console: page,
}) => {
  const promote = page.getByRole('link', { name: /^Promote/ }).first();
  await promote.focus();
  await expect(promote).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/takeover\//);
});

test('no page breaks its own content security policy', async ({ console: page, demo }) => {
  const violations: string[] = [];
  page.on('console', (message) => {
    if (/content security policy/i.test(message.text())) violations.push(message.text());
  });
  for (const path of Object.values(await pages(demo))) {
    await page.goto(demo.file.console.url + path);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  }
  expect(violations).toEqual([]);
});

test('the first load of the front page ships at most 250 KB of compressed JavaScript', async ({ browser, demo }) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await page.goto(`${demo.file.console.url}/sign-in`);
  const { username, password } = demo.file.console;
  await page.request.post(`${demo.file.console.url}/api/v1/session`, {
    data: { username, password },
    headers: { origin: demo.file.console.url },
  });
  await session.send('Network.enable');
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  const scripts = new Set<string>();
  let bytes = 0;
  session.on('Network.responseReceived', ({ requestId, type }) => {
    if (type === 'Script') scripts.add(requestId);
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    if (scripts.has(requestId)) bytes += encodedDataLength;
  });
  await page.goto(demo.file.console.url);
  // Live: hydrated, and the stream is open.
  await expect(page.getByText(/^live,/)).toBeVisible();
  expect(bytes).toBeGreaterThan(50_000);
  expect(bytes).toBeLessThanOrEqual(250 * 1024);
  await context.close();
});
