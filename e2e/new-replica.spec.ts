import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from './demo/test.ts';

const checkout = join(import.meta.dirname, '..');

test('a third replica joins the demo with the one command of its page, pasted into a shell', async ({
  console: page,
  demo,
}) => {
  const folder = await mkdtemp(join(tmpdir(), 'baton-pasted-'));
  const configuration = await readFile(demo.file.config, 'utf8');
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('link', { name: 'erp5', exact: true }).first().click();
  await page.getByRole('link', { name: /Add a replica/ }).click();
  await expect(page.getByLabel('Its name in the console')).toHaveValue('db-4');
  await page.getByRole('button', { name: 'Show the command' }).click();
  const shown = page.getByRole('region', { name: 'The command', exact: true });
  await expect(shown).toContainText('npx baton replica run ./var/db-4 --as erp5/db-4 --join --parameters -');
  await expect(shown).toContainText('replication_user:••••••••@');
  await page.getByRole('button', { name: 'Copy the command' }).click();
  // The clipboard takes it a moment after the press.
  const clipboard = async (): Promise<string> => await page.evaluate(async () => await navigator.clipboard.readText());
  await expect.poll(clipboard).toContain('baton replica run');
  const copied = await clipboard();
  expect(copied).not.toContain('••');
  // This demo is not in its usual folder, and its replica shall not stay in the checkout.
  const pasted = copied.replace('./var/db-4', join(folder, 'db-4')).replace('--join', `--join ${demo.file.config}`);
  const shell = spawn('bash', ['-s'], { cwd: checkout, stdio: ['pipe', 'inherit', 'inherit'], detached: true });
  const gone = once(shell, 'exit');
  try {
    shell.stdin.end(pasted);
    await expect(page.getByText(/db-4 replica, /)).toBeVisible({ timeout: 80_000 });
    await demo.client.until(({ servers }) =>
      servers.some(({ name, replication }) => name === 'db-4' && replication[0]?.lagSeconds === 0),
    );
  } finally {
    // The others of this demo go on without it.
    await writeFile(demo.file.config, configuration);
    if (shell.pid !== undefined) process.kill(-shell.pid, 'SIGINT');
    await gone;
    await rm(folder, { recursive: true, force: true });
  }
  await demo.client.until(({ servers }) => servers.every(({ name }) => name !== 'db-4'));
});
