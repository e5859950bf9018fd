import type { ClusterSnapshot } from '../server/contract/snapshot.ts';
import { connect, type Connection } from '../server/mariadb/connection.ts';
import { startWriteLoad } from '../server/sandbox/write-load.ts';
import { expect, signIn, test, type Demo } from './demo/test.ts';

/** Whether mariadb_update may run on the server, as its agent last said. */
function gate(snapshot: ClusterSnapshot, name: string | null): boolean | undefined {
  const services = snapshot.servers.find((server) => server.name === name)?.agent.services;
  return services?.find((service) => service.name === 'mariadb_update')?.enabled;
}

test('one press promotes a replica under load: live steps, nothing lost, services follow the role', async ({
  console: page,
  demo,
}) => {
  const { primary } = await demo.client.until((snapshot) => snapshot.health === 'ok');
  const target = primary === 'db-2' ? 'db-1' : 'db-2';
  const { appUser: user, appPassword: password } = demo.server(target);
  const servers = demo.file.clusters['erp5']?.servers ?? [];
  const load = startWriteLoad({
    servers: servers.map(({ name, host, port }) => ({ name, address: { host, port } })),
    account: { user, password },
    perSecond: 100,
  });
  await load.flowing();
  await page.getByRole('link', { name: `Promote ${target}` }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText(`Promote ${target}`);
  await expect(page.getByText('Loses nothing')).toBeVisible();
  await page.getByRole('button', { name: `Promote ${target}` }).dblclick();
  await page.waitForURL(/\/operations\//);
  const result = page.getByText(new RegExp(`^${target} is primary\\. Writes stopped for .*nothing was lost`)).first();
  await expect(result).toBeVisible({ timeout: 60_000 });
  const { acknowledged } = await load.stop();

  const operation = await demo.client.ended(page.url().split('/').at(-1) ?? '');
  expect(operation.outcome).toBe('succeeded');
  expect(operation.steps.find(({ id }) => id === 'services')?.log).toContain('mariadb');
  const rows = await demo.sql(target, 'SELECT uid FROM shop.orders');
  const kept = new Set(rows.map((row) => row['uid']));
  expect(acknowledged.filter((uid) => !kept.has(uid))).toEqual([]);
  await demo.client.until(
    // Each agent is asked on a timer of its own: one of them may still be shown as it was before.
    (snapshot) =>
      snapshot.primary === target &&
      snapshot.health === 'ok' &&
      gate(snapshot, target) === true &&
      gate(snapshot, primary) === false,
  );
  await page.reload();
  await expect(result).toBeVisible();
});

test('a dry run does every check and changes nothing', async ({ console: page, demo }) => {
  const { primary } = await demo.client.until((snapshot) => snapshot.health === 'ok');
  const target = primary === 'db-2' ? 'db-1' : 'db-2';
  await page.goto(`${demo.file.console.url}/clusters/erp5/takeover/${target}`);
  await page.getByRole('button', { name: 'Dry run' }).click();
  await page.waitForURL(/\/operations\//);
  const operation = await demo.client.ended(page.url().split('/').at(-1) ?? '');
  expect(operation.dryRun).toBe(true);
  expect((await demo.client.cluster()).primary).toBe(primary);
  await expect(page.getByText('not run').first()).toBeVisible();
});

/**
 * A transaction that stays open on the primary, old enough for a switchover to wait for it: a young one is expected to end
 * by itself.
 */
async function longWrite(demo: Demo, primary: string): Promise<Connection> {
  const { host, port, socket, rootUser, rootPassword } = demo.server(primary);
  const target = { host, port, socketPath: socket, user: rootUser, password: rootPassword };
  const held = await connect(target, 5_000);
  await held.query('BEGIN', { timeoutMs: 5_000 });
  await held.query(`INSERT INTO shop.orders (uid, payload) VALUES ('long-${Date.now()}', 'e2e')`, { timeoutMs: 5_000 });
  const asked = await connect(target, 5_000);
  const idleMs = async (): Promise<number> => {
    const [row] = await asked.query(`SELECT TIME_MS FROM information_schema.PROCESSLIST WHERE ID = ${held.id}`, {
      timeoutMs: 5_000,
    });
    return Number(row?.['TIME_MS']);
  };
  await expect.poll(idleMs, { message: 'the transaction is old' }).toBeGreaterThan(2_000);
  asked.destroy();
  return held;
}

test('a switchover that waits names whom it waits for, is led to from each row, cancelled and restored, and leads back to its review', async ({
  console: page,
  demo,
}) => {
  const { primary } = await demo.client.until((snapshot) => snapshot.health === 'ok');
  const target = primary === 'db-2' ? 'db-1' : 'db-2';
  const front = await page.context().newPage();
  await front.goto(demo.file.console.url);
  const held = await longWrite(demo, primary ?? '');
  try {
    await page.goto(`${demo.file.console.url}/clusters/erp5/takeover/${target}`);
    await page.getByRole('button', { name: `Promote ${target}` }).click();
    await page.waitForURL(/\/operations\//);
    await expect(
      page.getByText(/connection \d+ of root, open for \d+ s with 1 row changed; waited for \d+ s more/),
    ).toBeVisible();
    await front.getByRole('link', { name: 'Watch what runs on erp5' }).first().click();
    await expect(front).toHaveURL(page.url());
    await page.getByRole('button', { name: 'Cancel and restore' }).click();
    await expect(page.getByText(`Cancelled. Restored: ${primary} takes writes again.`).first()).toBeVisible();
    await expect(page.getByText(/^Cancel asked .* by /)).toBeVisible();
    await page.getByRole('link', { name: 'Review again' }).click();
    await expect(page.getByRole('heading', { level: 1 })).toContainText(`Promote ${target}`);
  } finally {
    held.destroy();
  }
});

test('a console killed in the middle: the page says that it does not know, and comes back by itself with the end', async ({
  console: page,
  demo,
}) => {
  const { primary } = await demo.client.until((snapshot) => snapshot.health === 'ok');
  const target = primary === 'db-2' ? 'db-1' : 'db-2';
  const held = await longWrite(demo, primary ?? '');
  try {
    await page.goto(`${demo.file.console.url}/clusters/erp5/takeover/${target}`);
    await page.getByRole('button', { name: `Promote ${target}` }).click();
    await page.waitForURL(/\/operations\//);
    await expect(page.getByText(/connection \d+ of root/)).toBeVisible();
    process.kill(demo.file.console.pid, 'SIGKILL');
    await expect(page.getByText(/^Outcome unknown, still checking/)).toBeVisible();
    await expect(page.getByText('running', { exact: true })).toHaveCount(0);
    await expect(page.getByText('failed and restored').first()).toBeVisible({ timeout: 60_000 });
    await expect(page.getByText('Interrupted', { exact: true })).toBeVisible();
    await expect(page.getByText(new RegExp(`Restored: ${primary} takes writes again`)).first()).toBeVisible();
    await expect(page.getByRole('link', { name: 'Review again' })).toBeVisible();
  } finally {
    held.destroy();
  }
});

test('a viewer sees everything and why the button is not theirs', async ({ page, demo }) => {
  const username = `viewer-${Date.now()}`;
  const created = await demo.client.ask('POST', '/users', { username, password: 'a long password', role: 'viewer' });
  expect(created.status).toBeLessThan(300);
  await signIn(page, demo, username, 'a long password');
  const { primary } = await demo.client.cluster();
  const target = primary === 'db-2' ? 'db-1' : 'db-2';
  await page.goto(`${demo.file.console.url}/clusters/erp5/takeover/${target}`);
  await expect(page.getByText('Loses nothing')).toBeVisible();
  const button = page.getByRole('button', { name: `Promote ${target}` });
  await expect(button).toBeDisabled();
  await expect(button).toHaveAccessibleDescription(/viewer/i);
});

test('kill -9 of the primary: a failover, typed by name, ends with a writable primary that the other replica follows', async ({
  console: page,
  demo,
}) => {
  const before = await demo.client.until((snapshot) => snapshot.health === 'ok');
  const dead = before.primary ?? '';
  const target = dead === 'db-2' ? 'db-1' : 'db-2';
  const other = before.servers.map(({ name }) => name).find((name) => name !== dead && name !== target) ?? '';
  process.kill(demo.server(dead).pid, 'SIGKILL');
  await demo.client.until((snapshot) =>
    snapshot.servers.some(({ name, state }) => name === dead && state === 'unreachable'),
  );
  await page.goto(demo.file.console.url);
  const replicas = [target, other].toSorted().join(' and ');
  await expect(page.getByText(`${replicas} don’t receive from it`)).toBeVisible();
  await expect(page.getByText('receives nothing from')).toHaveCount(0);
  await page.goto(`${demo.file.console.url}/clusters/erp5/takeover/${target}`);
  const button = page.getByRole('button', { name: `Fail over to ${target}` });
  await expect(button).toBeDisabled();
  for (const box of await page.getByRole('checkbox').all()) await box.check();
  await page.getByLabel(/to say that it is meant/).fill(target);
  await button.click();
  await page.waitForURL(/\/operations\//);
  const operation = await demo.client.ended(page.url().split('/').at(-1) ?? '');
  expect(operation.outcome).toMatch(/^succeeded/);
  // The console has seen the events of the dead one while it lived.
  expect(operation.followUps.filter(({ text }) => /event/i.test(text))).toEqual([]);
  await demo.client.until(
    (snapshot) =>
      snapshot.primary === target &&
      snapshot.servers.some(
        (server) =>
          server.name === other &&
          server.replication.some((link) => link.primary === target && link.sqlThread === 'running'),
      ),
  );
  await demo.sql(target, `INSERT INTO shop.orders (uid, payload) VALUES ('after-failover-${Date.now()}', 'e2e')`);
});
