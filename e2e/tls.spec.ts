import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import { connect } from '../server/mariadb/connection.ts';
import { startDemo, type RunningDemo } from './demo/running-demo.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..');

test.use({ ignoreHTTPSErrors: true });

/** A baton command against this demo, with its configuration. */
async function baton({ file }: RunningDemo, ...args: string[]): Promise<string> {
  return (await run(join(root, 'server/cli/baton.mjs'), [...args, '--config', file.config], { cwd: root })).stdout;
}

async function replicationOf({ file }: RunningDemo, name: string): Promise<Record<string, unknown>> {
  const server = file.clusters['erp5']?.servers.find((one) => one.name === name);
  if (!server) throw new Error(`no server ${name}`);
  const { host, port, socket: socketPath, rootUser: user, rootPassword: password } = server;
  const connection = await connect({ host, port, socketPath, user, password }, 5_000);
  const [row] = await connection.query('SHOW ALL SLAVES STATUS', { timeoutMs: 5_000 });
  connection.destroy();
  return row ?? {};
}

test('the demo over TLS: seen, promoted, its certificates checked, and a third replica added with one pasted command', async ({
  page,
}) => {
  test.slow();
  const demo = await startDemo({ writeLoad: 10, tls: true });
  try {
    // What it says when it is ready comes behind the file that it is ready by.
    await expect.poll(() => demo.output()).toContain('agents and servers know each');
    expect(demo.file.console.url).toMatch(/^https:/);
    // Each agent is asked on a timer of its own, and is no more than "not asked yet" before that.
    const status = async (): Promise<string> => await baton(demo, 'status', '--json');
    await expect.poll(status, { timeout: 30_000, intervals: [500] }).not.toContain('"unreachable"');
    await baton(demo, 'promote', 'erp5/db-2', '--yes');
    await expect
      .poll(async () => (await replicationOf(demo, 'db-1'))['Slave_IO_Running'], { timeout: 20_000 })
      .toBe('Yes');
    const replication = await replicationOf(demo, 'db-1');
    expect(replication).toMatchObject({ Master_SSL_Allowed: 'Yes', Master_SSL_Verify_Server_Cert: 'Yes' });
    expect(String(replication['Master_SSL_Cert'])).toContain('replication-db-1');
    expect(await baton(demo, 'check', 'certificates')).toMatch(/^OK - /);

    await page.goto(`${demo.file.console.url}/sign-in`);
    await page.getByLabel('User name').fill(demo.file.console.username);
    await page.getByLabel('Password').fill(demo.file.console.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL((url) => url.pathname === '/');
    await expect(page.getByText('db-2').first()).toBeVisible();

    const parameters = await baton(demo, 'replica', 'parameters', 'erp5/db-2');
    expect(JSON.parse(parameters)).toMatchObject({ 'replicate-with-tls': true });
    const folder = join(demo.dir, 'db-4');
    const words = ['replica', 'run', folder, '--as', 'erp5/db-4', '--join', demo.file.config, '--parameters', '-'];
    const replica = spawn(join(root, 'server/cli/baton.mjs'), words, { cwd: root, stdio: ['pipe', 'ignore', 'pipe'] });
    replica.stderr.resume();
    replica.stdin.end(parameters);
    try {
      await expect
        .poll(async () => await baton(demo, 'status'), { timeout: 60_000, intervals: [1000] })
        .toMatch(/db-4 .*replica +up .*running\/running/);
    } finally {
      const ended = once(replica, 'exit');
      replica.kill('SIGINT');
      await ended;
    }
  } finally {
    await demo.stop();
  }
});
