import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { createCluster } from '../server/sandbox/cluster.ts';
import { dumpCatalogue } from '../server/contract/dumps.ts';
import { expect, test } from './demo/test.ts';

test('a dump downloaded in the browser is whole and restores into an empty server', async ({ console: page, demo }) => {
  const { dumps } = await demo.client.expect(dumpCatalogue, 200, 'GET', '/clusters/erp5/dumps?detail=1');
  const [newest] = dumps;
  if (!newest) throw new Error('the demo has no dump');
  const started = page.waitForEvent('download');
  await page
    .getByRole('link', { name: /Download/ })
    .first()
    .click();
  const download = await started;
  const path = await download.path();
  expect(download.suggestedFilename()).toBe(newest.name);
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  expect(hash.digest('hex')).toBe(newest.sha256);

  await using empty = await createCluster({ replicas: 0 });
  const [server] = empty.servers;
  if (!server) throw new Error('no server');
  await server.sql('DROP DATABASE shop');
  const unpack = spawn('zstd', ['-dc', path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const load = spawn(
    'mariadb',
    [`--defaults-file=${server.optionsFile}`, '--init-command=SET sql_log_bin=0', `--socket=${server.socket}`],
    { stdio: ['pipe', 'inherit', 'inherit'] },
  );
  const exited = once(load, 'exit');
  await pipeline(unpack.stdout, load.stdin);
  expect((await exited)[0]).toBe(0);
  const [restored] = await server.sql('SELECT COUNT(*) AS orders FROM shop.orders');
  expect(Number(restored?.['orders'])).toBeGreaterThan(0);
  // What makes it a replica's first copy: the position of the manifest is one that the server takes.
  const [position] = await server.sql(
    `SET GLOBAL gtid_slave_pos='${newest.gtid}'`,
    'SELECT @@gtid_slave_pos AS position',
  );
  expect(position?.['position']).toBe(newest.gtid);
});

test('names that are not in the catalogue are 404 and open nothing', async ({ demo }) => {
  for (const name of ['..%2f..%2fsecrets%2fagent', '%2fetc%2fpasswd', 'db-1-2000-01-01T00-00-00Z.sql.zst.json', '.']) {
    const { status } = await demo.client.ask('GET', `/clusters/erp5/dumps/db-1/${name}`);
    expect([400, 404], name).toContain(status);
  }
});

test('every download is in the audit', async ({ console: page, demo }) => {
  await page.goto(`${demo.file.console.url}/audit`);
  await expect(page.getByText(/\.sql\.zst/).first()).toBeVisible();
});

test('a physical backup is made and proven on the page, and the page says in how long', async ({
  console: page,
  demo,
}) => {
  await page.goto(`${demo.file.console.url}/clusters/erp5/dumps`);
  const making = page.getByRole('table', { name: 'The servers and their dumps' });
  await making
    .getByRole('row', { name: /^db-1/ })
    .getByRole('button', { name: /physical backup/ })
    .click();
  const made = page.getByRole('table', { name: /newest first/ }).getByRole('row', { name: /db-1 .*mariabackup/ });
  await expect(made.getByText('never restored')).toBeVisible({ timeout: 60_000 });
  await made.getByRole('button', { name: /^Verify/ }).click();
  await expect(made.getByText(/restored and checked in/)).toBeVisible({ timeout: 60_000 });
  const { dumps } = await demo.client.expect(dumpCatalogue, 200, 'GET', '/clusters/erp5/dumps?detail=1');
  const [proven] = dumps.filter(({ method }) => method === 'mariabackup');
  expect(proven?.verified).toMatchObject({ ok: true, text: expect.stringContaining('tables checked') });
});
