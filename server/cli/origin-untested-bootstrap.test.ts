import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { initFolderOf, standingOf } from '../bootstrap/init-folder.ts';
import { blankServer, type BlankServer } from '../bootstrap/testing/blank-server.ts';
import { caughtUp } from '../sandbox/replication.ts';
import { until } from '../sandbox/until.ts';
import { authorityFolder } from '../sandbox/secure.ts';
import type { TlsFiles } from '../tls/material.ts';
import { expiredCertificate, expiredList } from '../tls/testing/certificates.ts';
import { publishedPrimary, type Host, type PublishedPrimary } from './testing/published-primary.ts';
import type { Ran } from './testing/run-baton.ts';

/*
 * What the origin's acceptance tests leave out of a bootstrap, by the names of that list, with TLS and plain, each over IPv4 and
 * IPv6. Without TLS nobody shows a certificate: an expired one, and revocation lists, have no meaning there.
 */
const hosts: readonly Host[] = ['127.0.0.1', '::1'];
const timeoutMs = 50_000;
const main = join(import.meta.dirname, 'main.ts');

/** Refused with that code and reason, and nothing is left. */
const refusal = (code: number, reason: RegExp) => ({ code, stderr: expect.stringMatching(reason), left: [] });

describe.each([
  { words: 'TLS', secure: true },
  { words: 'plain', secure: false },
])('$words', ({ secure }) => {
  let scene: PublishedPrimary;
  const names = { dump: '', full: '' };
  const blanks: BlankServer[] = [];

  beforeAll(async () => {
    scene = await publishedPrimary({ secure });
    await scene.primary.sql(
      'CREATE TABLE shop.t (id INT PRIMARY KEY, value LONGBLOB)',
      'INSERT INTO shop.t VALUES (1, REPEAT(SHA2(1, 512), 8000))',
    );
    names.dump = (await scene.backup('dump')).at(-1) ?? '';
    names.full = (await scene.backup('mariabackup')).at(-1) ?? '';
  });
  afterAll(async () => await scene?.[Symbol.asyncDispose]());
  afterEach(async () => {
    for (const blank of blanks.splice(0)) await blank.remove();
  });

  async function fresh(): Promise<BlankServer> {
    const blank = await blankServer(scene.cluster);
    blanks.push(blank);
    return blank;
  }
  const from = (host: Host, name: string) => ({
    'replication-bootstrap-url': `${scene.agentUrl(host)}/backups/${name}`,
  });
  async function replicates({ server }: BlankServer): Promise<void> {
    await server.start();
    await caughtUp(server, scene.primary);
    const sums = [server, scene.primary].map(async (one) => await one.sql('CHECKSUM TABLE shop.t'));
    const [mine, theirs] = await Promise.all(sums);
    expect(mine).toEqual(theirs);
  }

  /** An init that was ended by kill -9 as soon as something of the copy was there. */
  async function killedInTheMiddle(host: Host): Promise<BlankServer> {
    const blank = await fresh();
    const { data } = initFolderOf(blank.server.dataDir);
    const { argv, input } = scene.initOf(blank, host, from(host, names.full));
    const child = spawn(process.execPath, [main, ...argv], { stdio: ['pipe', 'ignore', 'ignore'] });
    const gone = once(child, 'exit');
    child.stdin.end(input);
    const begun = async () => (await readdir(data).catch(() => [])).length > 0;
    await until(async () => (await begun()) || child.exitCode !== null, { what: 'it copies', timeoutMs });
    child.kill('SIGKILL');
    await gone;
    return blank;
  }

  /** How it ends, and what is in the data directory then. */
  async function tried(host: Host, change: object, files?: TlsFiles): Promise<Ran & { left: string[] }> {
    const blank = blanks.at(-1) ?? (await fresh());
    const ran = await scene.init(blank, host, change, files);
    return { ...ran, left: await readdir(blank.server.dataDir) };
  }
  describe.each(hosts)('%s', (host) => {
    test('interrupted bootstrap (marker)', async () => {
      let blank = await killedInTheMiddle(host);
      // Where a loaded machine let it come to its end before it was killed.
      while ((await standingOf(initFolderOf(blank.server.dataDir))).kind === 'data')
        blank = await killedInTheMiddle(host);
      expect(await standingOf(initFolderOf(blank.server.dataDir))).toMatchObject({ kind: 'begun' });
      const again = await scene.init(blank, host, from(host, names.full));
      expect([again.code, again.stderr]).toEqual([0, expect.stringContaining('Replicating')]);
      await replicates(blank);
    });

    test('partial/corrupt dump', async () => {
      const file = join(scene.folder, 'backups', names.dump);
      const whole = await readFile(file);
      const corrupt = Buffer.from(whole);
      corrupt.writeUInt8(corrupt.readUInt8(whole.length >> 1) ^ 1, whole.length >> 1);
      try {
        await writeFile(file, corrupt);
        expect(await tried(host, from(host, names.dump))).toMatchObject(refusal(3, /another SHA-256|zstd/));
        await truncate(file, whole.length - 1000);
        expect(await tried(host, from(host, names.dump))).toMatchObject(refusal(2, /There is no such backup/));
      } finally {
        await writeFile(file, whole);
      }
    });

    test.runIf(process.getuid?.() === 0)('disk full (as root: on a small file system)', async () => {
      const { dataDir } = (await fresh()).server;
      await mkdir(dataDir, { recursive: true });
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', dataDir]);
      try {
        for (const name of [names.dump, names.full]) {
          const full = refusal(expect.toBeOneOf([1, 3]), /bytes free|bytes were free|were left free/);
          expect(await tried(host, from(host, name))).toMatchObject(full);
        }
      } finally {
        execFileSync('umount', [dataDir]);
      }
    });

    test.runIf(secure)('expired cert/CRL', async () => {
      const { authority, dir } = scene.cluster;
      if (!authority) throw new Error('the cluster has no authority');
      const [own, folder] = [authority.files('replica'), authorityFolder(dir)];
      const file = async (name: string, text: string): Promise<string> => {
        const path = join(scene.folder, name);
        await writeFile(path, text, { mode: 0o600 });
        return path;
      };
      const late = await expiredCertificate(folder, 'late');
      const pair = { certificate: await file('late.pem', late.cert), key: await file('late-key.pem', late.key) };
      expect(await tried(host, from(host, names.full), { ...own, ...pair })).toMatchObject(refusal(3, /expired/));
      const crl = await file('late-crl.pem', await expiredList(folder));
      const words = /its certificate can’t be checked: the revocation list here has expired/;
      expect(await tried(host, from(host, names.full), { ...own, crl })).toMatchObject(refusal(3, words));
    });
  });

  test('IPv6 URL parsing ([..] required)', async () => {
    const password = (await readFile(scene.passwordFile, 'utf8')).trim();
    const primary = { 'replication-primary-url': `mysql://replicating:${password}@::1:${scene.primary.port}` };
    const ended = await tried('::1', primary);
    expect(ended).toMatchObject(refusal(2, /primary-url/));
    expect(ended.stderr).not.toContain(password);
    const { protocol, port } = new URL(scene.agentUrl('::1'));
    const backups = { 'replication-bootstrap-url': `${protocol}//::1:${port}/backups/latest` };
    expect(await tried('::1', backups)).toMatchObject(refusal(2, /brackets/));
  });

  test.runIf(secure)(
    'a primary whose certificate was revoked is refused with the reason, and nothing is begun',
    async () => {
      const { authority } = scene.cluster;
      if (!authority) throw new Error('the cluster has no authority');
      await authority.revoke('server-db-1', new Date());
      const password = (await readFile(scene.passwordFile, 'utf8')).trim();
      const tls = { ...authority.files('replica'), verifyServer: true };
      for (const host of hosts) {
        expect(await tried(host, {})).toMatchObject(refusal(3, /its certificate is revoked/));
        // And a takeover knows beforehand that nobody could follow it.
        const client = await scene.client(host);
        const account = { host, port: scene.primary.port, user: 'replicating', password, tls };
        expect(await client.signsIn(account)).toEqual({ result: 'unknown', text: 'its certificate is revoked' });
        client.close();
      }
    },
  );
});
