import { expect, test } from './demo/test.ts';

test('a replica whose SQL thread is stopped shows as not replicating within 2 s, and never as 0 behind', async ({
  console: page,
  demo,
}) => {
  const { primary } = await demo.client.until((snapshot) => snapshot.primary !== null);
  const replica = primary === 'db-3' ? 'db-2' : 'db-3';
  const row = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: replica, exact: true }) });
  await expect(row).toContainText('behind');
  await demo.sql(replica, 'STOP SLAVE SQL_THREAD');
  const stoppedAt = Date.now();
  await expect(row).toContainText('not replicating', { timeout: 5_000 });
  const shownAfterMs = Date.now() - stoppedAt;
  const snapshot = await demo.client.cluster();
  const link = snapshot.servers.find(({ name }) => name === replica)?.replication[0];
  expect(link?.lagSeconds).toBeNull();
  expect(link?.sqlThread).toBe('stopped');
  expect(snapshot.problems.map(({ code }) => code)).toContain('replica-sql-stopped');
  expect(shownAfterMs).toBeLessThan(2_000);
  await demo.sql(replica, 'START SLAVE SQL_THREAD');
  await expect(row).toContainText('behind');
});

test('a frozen primary shows as hung within 5 s while the others stay fresh', async ({ console: page, demo }) => {
  const { primary } = await demo.client.until((snapshot) => snapshot.primary !== null && snapshot.health === 'ok');
  const name = primary ?? '';
  const { pid } = demo.server(name);
  process.kill(pid, 'SIGSTOP');
  try {
    const frozenAt = Date.now();
    const snapshot = await demo.client.until((seen) =>
      seen.servers.some((server) => server.name === name && server.reason === 'hung'),
    );
    expect(Date.now() - frozenAt).toBeLessThan(5_000);
    for (const server of snapshot.servers) {
      if (server.name === name) continue;
      expect(server.state).toBe('up');
      expect(Date.now() - Date.parse(server.observedAt ?? '')).toBeLessThan(3_000);
    }
    const row = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name, exact: true }) });
    await expect(row).toContainText(/hung|says nothing|does not answer/i);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await demo.client.until((snapshot) => snapshot.health === 'ok');
});

test('the loss of the console is said loudly, in place, and what acts is shut', async ({ console: page, demo }) => {
  await page.goto(`${demo.file.console.url}/clusters/erp5`);
  // Until then the page's scripts may be on their way, and a frozen console would not send them.
  await expect(page.getByText(/^live,/)).toBeVisible();
  process.kill(demo.file.console.pid, 'SIGSTOP');
  try {
    await expect(page.getByText('No contact with the console.').first()).toBeVisible();
    await expect(page).toHaveTitle(/No contact/);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  } finally {
    process.kill(demo.file.console.pid, 'SIGCONT');
  }
  await page.getByRole('button', { name: 'Retry now' }).click();
  await expect(page).not.toHaveTitle(/No contact/);
});
