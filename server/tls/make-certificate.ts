import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import type { Issued, Purpose } from './issued.ts';
import type { Openssl } from './openssl.ts';

/** Files of the authority that signs. */
export interface Signer {
  readonly certificate: string;
  readonly key: string;
}

/** PEM. */
export interface Made {
  readonly certificate: string;
  readonly key: string;
}

const usages: Readonly<Record<Purpose, string>> = {
  // It listens, and it is a client of the agents and the servers. So is an agent: of other agents, for a copy.
  console: 'serverAuth, clientAuth',
  agent: 'serverAuth, clientAuth',
  server: 'serverAuth',
  replication: 'clientAuth',
};

/** An authority's own key and certificate. */
export async function makeAuthority(openssl: Openssl, name: string, days: number): Promise<Made> {
  const extensions = ['basicConstraints = critical, CA:TRUE, pathlen:0', 'keyUsage = critical, keyCertSign, cRLSign'];
  return await make(openssl, { name, extensions, days, by: [] });
}

/** A new key, and its certificate. */
export async function makeCertificate(
  openssl: Openssl,
  wanted: Pick<Issued, 'name' | 'purpose' | 'hosts'>,
  days: number,
  signer: Signer,
): Promise<Made> {
  const names = wanted.hosts.map((host) => `${isIP(host) === 0 ? 'DNS' : 'IP'}:${host}`);
  const extensions = [
    'basicConstraints = critical, CA:FALSE',
    'keyUsage = critical, digitalSignature',
    `extendedKeyUsage = ${usages[wanted.purpose]}`,
    'authorityKeyIdentifier = keyid',
    ...(names.length === 0 ? [] : [`subjectAltName = ${names.join(', ')}`]),
  ];
  const by = ['-CA', signer.certificate, '-CAkey', signer.key];
  return await make(openssl, { name: wanted.name, extensions, days, by });
}

/** The list of those that are revoked, PEM; good for so many days. */
export async function makeRevocationList(
  openssl: Openssl,
  all: readonly Issued[],
  days: number,
  signer: Signer,
): Promise<string> {
  const lines = all.flatMap(({ revokedAt, until, serial, name }) =>
    revokedAt === null
      ? []
      : [`${['R', asn1Time(until), asn1Time(revokedAt), serial, 'unknown', `/CN=${name}`].join('\t')}\n`],
  );
  const database = await openssl.file('index.txt', lines.join(''));
  const number = await openssl.file('number', Date.now().toString(16).padStart(12, '0'));
  const own = ['[own]', `database = ${database}`, `crlnumber = ${number}`, 'default_md = sha256', ''];
  const configuration = await openssl.file('ca.cnf', ['[ca]', 'default_ca = own', ...own].join('\n'));
  const by = ['-cert', signer.certificate, '-keyfile', signer.key];
  return await openssl.run('ca', '-gencrl', '-config', configuration, ...by, '-crldays', String(days));
}

async function make(
  openssl: Openssl,
  { name, extensions, days, by }: { name: string; extensions: string[]; days: number; by: readonly string[] },
): Promise<Made> {
  // A configuration of our own: the system's would make every certificate an authority.
  const text = ['[req]', 'distinguished_name = subject', 'prompt = no', '[subject]', `CN = ${name}`, '[extensions]'];
  const configuration = await openssl.file(
    'req.cnf',
    [...text, ...extensions, 'subjectKeyIdentifier = hash', ''].join('\n'),
  );
  const key = await openssl.file('key.pem', '');
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-noenc', '-keyout', key];
  // A serial number nobody can guess, and no file that counts them. Positive: the first bit is not set.
  const serial = ['-set_serial', `0x4${randomBytes(15).toString('hex')}`];
  const words = ['-config', configuration, '-extensions', 'extensions', '-sha256', '-days', String(days)];
  const certificate = await openssl.run('req', '-x509', ...words, ...by, ...curve, ...serial);
  return { certificate, key: await readFile(key, 'utf8') };
}

/** "261126233000Z": as the database of `openssl ca` has it. */
function asn1Time(instant: string): string {
  return `${new Date(instant).toISOString().replaceAll(/[-:T]/g, '').slice(2, 14)}Z`;
}
