import { randomBytes, X509Certificate } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { BatonError } from '../contract/errors.ts';
import { replaceFile } from '../files/durable-file.ts';
import { withOpenssl, type Openssl } from './openssl.ts';
import { plainFingerprint } from './peer.ts';

/** What a certificate is for. */
export const purpose = z.enum(['console', 'agent', 'server', 'replication']);
export type Purpose = z.infer<typeof purpose>;

const issued = z.object({
  /** Its folder, and the name (CN) in it: "agent-db-1". */
  name: z.string(),
  purpose,
  /** DNS names and IP addresses. */
  hosts: z.array(z.string()),
  serial: z.string(),
  fingerprint: z.string(),
  until: z.iso.datetime(),
  revokedAt: z.iso.datetime().nullable(),
});
export type Issued = z.infer<typeof issued>;
const record = z.object({ format: z.literal(1), issued: z.array(issued) });

/** As caucase's; renewed while a month is left. */
export const validDays = 93;
export const renewDays = 31;
const authorityDays = 3650;
const DAY_MS = 86_400_000;

const usages: Readonly<Record<Purpose, string>> = {
  // It listens, and it is a client of the agents and the servers. So is an agent: of other agents, for a copy.
  console: 'serverAuth, clientAuth',
  agent: 'serverAuth, clientAuth',
  server: 'serverAuth',
  replication: 'clientAuth',
};

/**
 * A small certificate authority in a folder: `authority/` with its key, its record and its revocation list, and a folder for
 * each certificate, with what goes to one host: certificate.pem, key.pem, ca.pem, crl.pem.
 */
export class Authority {
  readonly #folder: string;
  readonly #issued: Issued[];

  constructor(folder: string, known: readonly Issued[]) {
    this.#folder = folder;
    this.#issued = [...known];
  }

  /** The authority of that folder; null where there is none. Rejects with BatonError where its record can't be read. */
  static async open(folder: string): Promise<Authority | null> {
    const file = join(folder, 'authority', 'issued.json');
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw error;
    });
    if (text === null) return null;
    const parsed = record.safeParse(JSON.parse(text));
    if (!parsed.success) throw new BatonError('invalid', `${file} is not the record of an authority.`);
    return new Authority(folder, parsed.data.issued);
  }

  /** Makes one, its key readable by this user alone. */
  static async create(folder: string, name: string): Promise<Authority> {
    await mkdir(join(folder, 'authority'), { recursive: true, mode: 0o700 });
    const made = new Authority(folder, []);
    await withOpenssl(async (openssl) => {
      const extensions = [
        'basicConstraints = critical, CA:TRUE, pathlen:0',
        'keyUsage = critical, keyCertSign, cRLSign',
      ];
      const { certificate, key } = await make(openssl, { name, extensions, days: authorityDays, by: [] });
      await replaceFile(made.#own('ca-key.pem'), key);
      await replaceFile(made.#own('ca.pem'), certificate, 0o644);
    });
    await made.#write();
    return made;
  }

  /** Certificates that are in use: the newest of each name that is not revoked. */
  get certificates(): readonly Issued[] {
    return this.#issued.filter(({ revokedAt }) => revokedAt === null);
  }

  /** Where the files of that certificate are. */
  files(name: string): { certificate: string; key: string; ca: string; crl: string } {
    const at = (file: string): string => join(this.#folder, name, file);
    return { certificate: at('certificate.pem'), key: at('key.pem'), ca: at('ca.pem'), crl: at('crl.pem') };
  }

  /** Makes a certificate with a new key, or another one in the place of one with that name. */
  async issue(wanted: Pick<Issued, 'name' | 'purpose' | 'hosts'>, days = validDays): Promise<Issued> {
    const by = ['-CA', this.#own('ca.pem'), '-CAkey', this.#own('ca-key.pem')];
    const names = wanted.hosts.map((host) => `${isIP(host) === 0 ? 'DNS' : 'IP'}:${host}`);
    const extensions = [
      'basicConstraints = critical, CA:FALSE',
      'keyUsage = critical, digitalSignature',
      `extendedKeyUsage = ${usages[wanted.purpose]}`,
      'authorityKeyIdentifier = keyid',
      ...(names.length === 0 ? [] : [`subjectAltName = ${names.join(', ')}`]),
    ];
    const made = await withOpenssl(async (openssl) => make(openssl, { name: wanted.name, extensions, days, by }));
    const read = new X509Certificate(made.certificate);
    const one: Issued = {
      ...wanted,
      serial: read.serialNumber,
      fingerprint: plainFingerprint(read.fingerprint256),
      until: read.validToDate.toISOString(),
      revokedAt: null,
    };
    const files = this.files(wanted.name);
    await mkdir(join(this.#folder, wanted.name), { recursive: true, mode: 0o700 });
    await replaceFile(files.key, made.key);
    await replaceFile(files.certificate, made.certificate, 0o644);
    const others = this.#issued.filter(({ name, revokedAt }) => name !== wanted.name || revokedAt !== null);
    this.#issued.splice(0, Infinity, ...others, one);
    await this.#write();
    return one;
  }

  /** Makes every certificate anew that ends within so many days, and the revocation list. Answers what is new. */
  async renew(now: Date, withinDays = renewDays, days = validDays): Promise<Issued[]> {
    const due = this.certificates.filter(({ until }) => Date.parse(until) - now.getTime() < withinDays * DAY_MS);
    const renewed: Issued[] = [];
    for (const { name, purpose: use, hosts } of due)
      renewed.push(await this.issue({ name, purpose: use, hosts }, days));
    // The list ends as certificates do.
    await this.#write();
    return renewed;
  }

  /** Puts the certificate on the revocation list in every folder. Rejects with BatonError where there is none of that name. */
  async revoke(name: string, now: Date): Promise<Issued> {
    const index = this.#issued.findIndex((one) => one.name === name && one.revokedAt === null);
    const found = this.#issued[index];
    if (!found) {
      const known = this.certificates.map((one) => one.name);
      throw new BatonError('not-found', `There is no certificate ${name}.`, '', { known });
    }
    const revoked = { ...found, revokedAt: now.toISOString() };
    this.#issued[index] = revoked;
    await this.#write();
    return revoked;
  }

  #own(file: string): string {
    return join(this.#folder, 'authority', file);
  }

  /** The record first: what it has is found again; then the list, everywhere. */
  async #write(): Promise<void> {
    const text = `${JSON.stringify({ format: 1, issued: this.#issued } satisfies z.infer<typeof record>, null, 2)}\n`;
    await replaceFile(this.#own('issued.json'), text);
    const list = await withOpenssl(async (openssl) => await this.#list(openssl));
    await replaceFile(this.#own('crl.pem'), list, 0o644);
    const authority = await readFile(this.#own('ca.pem'), 'utf8');
    for (const { name } of this.certificates) {
      const { ca, crl } = this.files(name);
      await replaceFile(ca, authority, 0o644);
      await replaceFile(crl, list, 0o644);
    }
  }

  async #list(openssl: Openssl): Promise<string> {
    const lines = this.#issued.flatMap(({ revokedAt, until, serial, name }) =>
      revokedAt === null
        ? []
        : [['R', asn1Time(until), asn1Time(revokedAt), serial, 'unknown', `/CN=${name}`].join('\t')],
    );
    const database = await openssl.file('index.txt', lines.map((line) => `${line}\n`).join(''));
    const number = await openssl.file('number', Date.now().toString(16).padStart(12, '0'));
    const configuration = await openssl.file(
      'ca.cnf',
      [
        '[ca]',
        'default_ca = own',
        '[own]',
        `database = ${database}`,
        `crlnumber = ${number}`,
        'default_md = sha256',
        '',
      ].join('\n'),
    );
    const own = ['-cert', this.#own('ca.pem'), '-keyfile', this.#own('ca-key.pem')];
    return await openssl.run('ca', '-gencrl', '-config', configuration, ...own, '-crldays', String(validDays));
  }
}

/** A key and its certificate, PEM. */
async function make(
  openssl: Openssl,
  { name, extensions, days, by }: { name: string; extensions: string[]; days: number; by: readonly string[] },
): Promise<{ certificate: string; key: string }> {
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
