import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from './demo/test.ts';

test('a replica with a transaction of its own is rejoined by a copy: listed, typed, kept, followed live', async ({
  console: page,
  demo,
}) => {
  test.slow();
  const { primary } = await demo.client.until((snapshot) => snapshot.health === 'ok' && snapshot.primary !== null);
  const name = primary === 'db-3' ? 'db-2' : 'db-3';
  await demo.sql(name, "INSERT INTO shop.orders (uid) VALUES ('only-here')");
  await page.goto(`${demo.file.console.url}/clusters/erp5/rejoin/${name}`);
  await expect(page.getByRole('heading', { name: `1 transaction that only ${name} has` })).toBeVisible();
  await expect(page.getByRole('button', { name: `Rejoin ${name}` })).toBeDisabled();
  await page.getByRole('link', { name: 'Set its 1 transaction aside and rejoin…' }).click();

  const button = page.getByRole('button', { name: `Set 1 transaction aside and rejoin ${name}` });
  await expect(button).toBeDisabled();
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations).toEqual([]);
  await page.getByRole('textbox').fill('db-9');
  await expect(button).toBeDisabled();
  await page.getByRole('textbox').fill(name);
  await button.click();
  await page.waitForURL(/\/operations\//);
  const operation = await demo.client.ended(page.url().split('/').at(-1) ?? '');
  expect([operation.kind, operation.outcome]).toEqual(['reseed', 'succeeded-with-follow-ups']);
  const kept = `${basename(demo.server(name).dataDir)}.kept-`;
  await expect(page.getByText(kept).first()).toBeVisible();

  await demo.client.until((snapshot) => snapshot.health === 'ok');
  expect(await demo.sql(name, "SELECT 1 FROM shop.orders WHERE uid = 'only-here'")).toEqual([]);
  const beside = await readdir(dirname(demo.server(name).dataDir));
  expect(beside.filter((file) => file.startsWith(kept))).toHaveLength(1);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download' }).first().click(),
  ]);
  const sql = await readFile(await download.path());
  expect(sql.toString()).toContain('only-here');
  await page.goto(`${demo.file.console.url}/clusters/erp5/rejoin/${name}`);
  const digest = createHash('sha256').update(sql).digest('hex');
  await expect(page.getByText(`SHA-256 ${digest.slice(0, 12)}…`)).toBeVisible();
});
