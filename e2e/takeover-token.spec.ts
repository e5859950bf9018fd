import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from './demo/test.ts';

async function expectNothingForAxe(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
}

test('a takeover-only token, made on the page, opens one takeover in another browser and nothing else', async ({
  console: page,
  demo,
  browser,
}) => {
  test.slow();
  const before = await demo.client.until((snapshot) => snapshot.health === 'ok' && snapshot.primary !== null);
  const target = before.primary === 'db-2' ? 'db-1' : 'db-2';
  const other = before.servers.find(({ name }) => name !== target && name !== before.primary)?.name ?? '';
  const address = before.servers.find(({ name }) => name === target)?.takeoverUrl ?? '';
  const name = `pager ${Date.now()}`;
  await page.goto(`${demo.file.console.url}/access`);
  await page.getByLabel('What it is for').fill(name);
  await page.getByLabel('May do').selectOption({ label: `take over erp5/${target} only` });
  await page.getByRole('button', { name: 'Make a token' }).click();
  const made = page.getByRole('region', { name: `The token “${name}”` });
  await expect(made).toContainText(address);
  await expectNothingForAxe(page);
  const password = (await made.locator('code').textContent()) ?? '';

  const elsewhere = await browser.newContext({ viewport: { width: 360, height: 740 }, colorScheme: 'dark' });
  try {
    const phone = await elsewhere.newPage();
    await phone.goto(address);
    await expect(phone).toHaveURL(/\/sign-in\?next=/);
    await phone.getByRole('button', { name: 'I have a takeover password' }).click();
    await expect(phone.getByText(`for the takeover of ${target} in erp5 alone`)).toBeVisible();
    await expectNothingForAxe(phone);
    await phone.getByLabel('Takeover password').fill(password);
    await phone.getByRole('button', { name: 'Sign in' }).click();
    await expect(phone).toHaveURL(address);
    await expect(phone.getByRole('heading', { level: 1 })).toContainText(`Promote ${target}`);

    for (const closed of [
      '/',
      '/clusters/erp5',
      '/clusters/erp5/dumps',
      `/clusters/erp5/takeover/${other}`,
      `/clusters/erp5/rejoin/${other}`,
      '/operations',
      '/audit',
      '/access',
    ]) {
      await phone.goto(demo.file.console.url + closed);
      await expect(phone, closed).toHaveURL(address);
    }
    await expect(phone.getByRole('navigation')).toHaveCount(0);
    await expect(phone.getByText('Loses nothing')).toBeVisible();
    // Nothing on the page leads out of it, but the same takeover in another kind.
    const path = new URL(address).pathname;
    for (const link of await phone.getByRole('main').getByRole('link').all()) {
      expect((await link.getAttribute('href')) ?? '').toContain(path);
    }
    await expectNothingForAxe(phone);

    await phone.getByRole('button', { name: `Promote ${target}` }).click();
    await phone.waitForURL(/\/operations\//);
    await expect(phone.getByText(new RegExp(`^${target} is primary\\. .*nothing was lost`)).first()).toBeVisible({
      timeout: 60_000,
    });
    await expect(phone.getByText('succeeded').first()).toBeVisible();
    await expectNothingForAxe(phone);
    const operation = await demo.client.ended(phone.url().split('/').at(-1) ?? '');
    expect([operation.actor, operation.outcome]).toEqual([`token:${name}`, 'succeeded']);
    await phone.getByRole('link', { name: `review of ${target}` }).click();
    await expect(phone.getByText(`${target} is the primary already`)).toBeVisible();
    await expect(phone.getByRole('main').getByRole('link')).toHaveCount(0);

    await page.getByRole('row', { name }).getByRole('button', { name: 'Revoke' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click();
    await expect(page.getByText(`The token “${name}” is revoked.`)).toBeVisible();
    await phone.goto(address);
    await expect(phone).toHaveURL(/\/sign-in\?next=/);
  } finally {
    await elsewhere.close();
  }
});
