import { expect, test } from './demo/test.ts';

test('a stranger is led to sign in, and afterwards to where the address pointed', async ({ page, demo }) => {
  await page.goto(`${demo.file.console.url}/clusters/erp5/takeover/db-2`);
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await page.getByLabel('User name').fill(demo.file.console.username);
  await page.getByLabel('Password').fill('not the password');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByText('do not belong together')).toBeVisible();
  await page.getByLabel('Password').fill(demo.file.console.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page).toHaveURL(/\/clusters\/erp5\/takeover\/db-2/);
});

test('signing out ends the session on the server, not only in this browser', async ({
  console: page,
  context,
  demo,
}) => {
  const cookies = await context.cookies();
  await page.getByRole('button', { name: /admin/ }).click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL(/\/sign-in/);
  const header = cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  const answer = await fetch(`${demo.file.console.url}/api/v1/session`, { headers: { cookie: header } });
  expect(answer.status).toBe(401);
});
