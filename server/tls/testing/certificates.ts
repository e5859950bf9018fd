import { readFile } from 'node:fs/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Authority } from '../authority.ts';
import type { Purpose } from '../issued.ts';
import { readMaterial, type TlsMaterial } from '../material.ts';
import { withOpenssl } from '../openssl.ts';

/** For tests: authorities in a folder that goes away. */
export interface TestCertificates extends AsyncDisposable {
  readonly folder: string;
  readonly own: Authority;
  /** Another authority, which nobody was told of. */
  readonly foreign: Authority;
  /** Of our own authority, for loopback; its files are `own.files(name)`. */
  make(name: string, purpose: Purpose): Promise<TlsMaterial>;
  /** A certificate of our own authority whose end was yesterday. */
  makeExpired(name: string): Promise<TlsMaterial>;
  /** A revocation list of our own authority that was to be renewed long ago. */
  makeExpiredList(): Promise<string>;
}

export const loopback: readonly string[] = ['127.0.0.1', '::1', 'localhost'];

export async function testCertificates(): Promise<TestCertificates> {
  const folder = await mkdtemp(join(tmpdir(), 'baton-certificates-'));
  const own = await Authority.create(join(folder, 'own'), 'Baton test');
  const foreign = await Authority.create(join(folder, 'foreign'), 'Somebody else');
  return {
    folder,
    own,
    foreign,
    async make(name, purpose) {
      await own.issue([{ name, purpose, hosts: [...loopback] }]);
      return await materialOf(own, name);
    },
    async makeExpired(name) {
      const authority = join(folder, 'own', 'authority');
      return await withOpenssl(async (openssl) => {
        const key = await openssl.file('key.pem', '');
        const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc', '-keyout', key];
        const request = await openssl.run('req', '-new', ...curve, '-subj', `/CN=${name}`);
        const by = ['-CA', join(authority, 'ca.pem'), '-CAkey', join(authority, 'ca-key.pem')];
        const asked = await openssl.file('request.pem', request);
        const cert = await openssl.run('x509', '-req', '-in', asked, ...by, '-days', '-1');
        return { cert, key: await readFile(key, 'utf8'), ca: await readFile(join(authority, 'ca.pem'), 'utf8') };
      });
    },
    async makeExpiredList() {
      const authority = join(folder, 'own', 'authority');
      return await withOpenssl(async (openssl) => {
        const database = await openssl.file('index.txt', '');
        const text = `[ca]\ndefault_ca = own\n[own]\ndatabase = ${database}\ndefault_md = sha256\n`;
        const configuration = await openssl.file('ca.cnf', text);
        const by = ['-cert', join(authority, 'ca.pem'), '-keyfile', join(authority, 'ca-key.pem')];
        const time = ['-crl_lastupdate', '20200101000000Z', '-crl_nextupdate', '20200201000000Z'];
        return await openssl.run('ca', '-gencrl', '-config', configuration, ...by, ...time);
      });
    },
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** For tests: what a client with that certificate has. */
export async function materialOf(authority: Authority, name: string): Promise<TlsMaterial> {
  const { certificate, key, ca } = authority.files(name);
  return await readMaterial({ certificate, key, ca });
}
