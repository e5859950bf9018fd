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
  makeExpired(name: string): Promise<Required<Pick<TlsMaterial, 'cert' | 'key' | 'ca'>>>;
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
    makeExpired: async (name) => await expiredCertificate(join(folder, 'own'), name),
    makeExpiredList: async () => await expiredList(join(folder, 'own')),
    async [Symbol.asyncDispose]() {
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A file of the authority of that folder. */
const own = (folder: string, file: string): string => join(folder, 'authority', file);

/** For tests: a certificate of the authority of that folder whose end was yesterday. */
export async function expiredCertificate(folder: string, name: string): ReturnType<TestCertificates['makeExpired']> {
  return await withOpenssl(async (openssl) => {
    const key = await openssl.file('key.pem', '');
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc', '-keyout', key];
    const request = await openssl.run('req', '-new', ...curve, '-subj', `/CN=${name}`);
    const by = ['-CA', own(folder, 'ca.pem'), '-CAkey', own(folder, 'ca-key.pem')];
    const asked = await openssl.file('request.pem', request);
    const cert = await openssl.run('x509', '-req', '-in', asked, ...by, '-days', '-1');
    return { cert, key: await readFile(key, 'utf8'), ca: await readFile(own(folder, 'ca.pem'), 'utf8') };
  });
}

/** For tests: the list, PEM, that the authority of that folder should have renewed long ago. */
export async function expiredList(folder: string): Promise<string> {
  return await withOpenssl(async (openssl) => {
    const database = await openssl.file('index.txt', '');
    const text = `[ca]\ndefault_ca = own\n[own]\ndatabase = ${database}\ndefault_md = sha256\n`;
    const configuration = await openssl.file('ca.cnf', text);
    const by = ['-cert', own(folder, 'ca.pem'), '-keyfile', own(folder, 'ca-key.pem')];
    const time = ['-crl_lastupdate', '20200101000000Z', '-crl_nextupdate', '20200201000000Z'];
    return await openssl.run('ca', '-gencrl', '-config', configuration, ...by, ...time);
  });
}

/** For tests: what a client with that certificate has. */
export async function materialOf(authority: Authority, name: string): Promise<TlsMaterial> {
  const { certificate, key, ca } = authority.files(name);
  return await readMaterial({ certificate, key, ca });
}
