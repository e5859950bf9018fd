import { AxeBuilder } from '@axe-core/playwright';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { checkExamples } from '../server/takeover/testing/check-examples/all-examples.ts';
import type { CheckExample } from '../server/takeover/testing/check-examples/example.ts';
import { fakePlan } from '../server/takeover/testing/fake-plan.ts';
import { expect, test, type Demo } from './demo/test.ts';

// Each action of some fifty reviews in a trace costs more than the reviews.
test.use({ trace: 'off' });

const folder = join(import.meta.dirname, '../test-results/screenshots/checks');
/** With `npm run screenshots` a sheet of all of them goes where the other pictures go. */
const sheetFolder = process.env['BATON_SCREENSHOTS'];

const wide = { width: 1280, height: 900 };
const narrow = { width: 360, height: 740 };

/** The first example of each check. */
const examples = checkExamples.filter(
  ({ code }, index) => checkExamples.findIndex((other) => other.code === code) === index,
);
const exampleOf = (code: string): CheckExample => {
  const found = examples.find((example) => example.code === code);
  if (!found) throw new Error(`no example of ${code}`);
  return found;
};

/** Opens the review with a fake plan in the place of the engine's answer: the page is real, its plan is an example. */
async function openFakeReview(page: Page, demo: Demo, { change, kind, names }: CheckExample): Promise<Locator> {
  const plan = fakePlan(change, Date.now());
  await page.unroute(/takeover-plans$/);
  await page.route(/takeover-plans$/, (route) => route.fulfill({ json: plan }));
  await page.goto(`${demo.file.console.url}/clusters/erp5/takeover/${plan.target}?kind=${kind}`, {
    waitUntil: 'commit',
  });
  const line = page.getByRole('region', { name: 'Checks' }).getByRole('listitem').filter({ hasText: names }).first();
  await expect(line).toBeVisible();
  return line;
}

test('the review page of each check says what it found and what to do, and axe finds nothing', async ({
  console: page,
  demo,
}) => {
  test.slow();
  mkdirSync(folder, { recursive: true });
  const lines: { code: string; picture: Buffer }[] = [];
  for (const example of examples) {
    const { code } = example;
    await test.step(`${code}: ${example.when}`, async () => {
      const line = await openFakeReview(page, demo, example);
      // The rest of the page is judged with the other pages.
      const { violations } = await new AxeBuilder({ page }).include('[aria-label="Checks"]').setLegacyMode().analyze();
      expect
        .soft(
          violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]),
          code,
        )
        .toEqual([]);
      await page.screenshot({ path: join(folder, `${code}-light.png`), fullPage: true });
      if (sheetFolder !== undefined) lines.push({ code, picture: await line.screenshot() });
      await page.setViewportSize(narrow);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect.soft(overflow, code).toBeLessThanOrEqual(0);
      await page.screenshot({ path: join(folder, `${code}-phone.png`), fullPage: true });
      await page.setViewportSize(wide);
    });
  }
  if (sheetFolder !== undefined) await photographSheet(page, lines, join(sheetFolder, 'review-checks.png'));
});

/** What each check says on its review page, on one sheet. */
async function photographSheet(page: Page, lines: readonly { code: string; picture: Buffer }[], path: string) {
  const figures = lines.map(
    ({ code, picture }) =>
      `<figure><figcaption>${code}</figcaption><img src="data:image/png;base64,${picture.toString('base64')}"></figure>`,
  );
  await page.setViewportSize({ width: 1400, height: 900 });
  await page.goto('about:blank');
  await page.setContent(
    `<!doctype html><style>body{columns:2;column-gap:32px;margin:24px;font:12px monospace;background:#fbfcfd}
      figure{margin:0 0 14px;break-inside:avoid}img{display:block;max-width:100%}figcaption{color:#5b6672}</style>
      ${figures.join('')}`,
  );
  await page.screenshot({ path, fullPage: true });
}

test('what to run for a check is copied with one press', async ({ console: page, demo }) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await openFakeReview(page, demo, exampleOf('grants'));
  await page.getByRole('button', { name: 'Copy what to run for grants', exact: true }).click();
  await expect(page.getByText('Copied')).toBeAttached();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toMatch(/^GRANT REPLICATION SLAVE ADMIN, .* ON \*\.\* TO `baton_operate`@`%`;$/);
});

test('the page of a check whose fix is elsewhere leads there', async ({ console: page, demo }) => {
  await openFakeReview(page, demo, exampleOf('replica-ahead'));
  await page.getByRole('link', { name: 'Review db-3 instead' }).click();
  await expect(page).toHaveURL(/\/clusters\/erp5\/takeover\/db-3\?kind=failover$/);
});

test('a server is set aside on its page, says so in its row, and is ended again', async ({ console: page, demo }) => {
  const { primary } = await demo.client.until((snapshot) => snapshot.health === 'ok' && snapshot.primary !== null);
  const name = primary === 'db-3' ? 'db-2' : 'db-3';
  await page.goto(`${demo.file.console.url}/clusters/erp5`);
  await page.getByText('Set a server aside').click();
  const form = page.getByRole('region', { name: 'Maintenance' });
  await form.getByLabel('Server').selectOption(name);
  await form.getByLabel('Reason').fill('kernel update');
  await form.getByRole('button', { name: `Set ${name} aside` }).click();
  const end = form.getByRole('button', { name: `End maintenance of ${name}` });
  await expect(end).toBeVisible();
  await expect(page.getByRole('region', { name: 'Servers' })).toContainText('in maintenance: kernel update');
  const { violations } = await new AxeBuilder({ page }).include('#maintenance').analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
  await page.screenshot({ path: join(folder, 'maintenance-light.png'), fullPage: true });
  await page.setViewportSize(narrow);
  await page.screenshot({ path: join(folder, 'maintenance-phone.png'), fullPage: true });
  await end.click();
  await expect(form.getByText('No server is set aside.')).toBeVisible();
  await demo.client.until(({ servers }) => servers.every(({ maintenance }) => maintenance === null));
});
