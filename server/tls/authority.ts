import { randomBytes, X509Certificate } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import { BatonError, messageOf } from '../contract/errors.ts';
import { replaceFile, writeNew } from '../files/durable-file.ts';
import { lockDirectory } from '../files/lock-directory.ts';
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
  /** It may not have got to its folder: we were ended in the middle. It can be revoked, and is made anew. */
  pending: z.boolean().default(false),
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
 * each certificate, with what goes to one host: certificate.pem, key.pem, ca.pem, crl.pem. Whoever changes it opens it
 * locked: what another wrote in between would be lost.
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

  /**
   * Has `work` open the authority of that folder, or make one, while nobody else does. Rejects with
   * BatonError('already-running') while somebody else does.
   */
  static async locked<T>(folder: string, work: () => Promise<T>): Promise<T> {
    const own = join(folder, 'authority');
    await mkdir(own, { recursive: true, mode: 0o700 });
    const release = await lockDirectory(own);
    if (release === null) {
      throw new BatonError('already-running', `Somebody else changes the authority in ${folder}.`, 'Wait for the end.');
    }
    try {
      return await work();
    } finally {
      await release();
    }
  }

  /** Makes one, its key readable by this user alone. Rejects where there is a key: what it signed would be lost with it. */
  static async create(folder: string, name: string): Promise<Authority> {
    await mkdir(join(folder, 'authority'), { recursive: true, mode: 0o700 });
    const made = new Authority(folder, []);
    await withOpenssl(async (openssl) => {
      const extensions = [
        'basicConstraints = critical, CA:TRUE, pathlen:0',
        'keyUsage = critical, keyCertSign, cRLSign',
      ];
      const { certificate, key } = await make(openssl, { name, extensions, days: authorityDays, by: [] });
      await writeNew(made.#own('ca-key.pem'), key).catch((error: unknown) => {
        throw new BatonError(
          'refused',
          `There is a key in ${made.#own('')}, and no record of what it signed, or it can't be written: ${messageOf(error)}.`,
          'Bring issued.json back, or move the folder away.',
        );
      });
      await replaceFile(made.#own('ca.pem'), certificate, 0o644);
    });
    await made.#write();
    return made;
  }

  /** Certificates that are in use: the newest of each name that is not revoked. */
  get certificates(): readonly Issued[] {
    const valid = this.#issued.filter(({ revokedAt }) => revokedAt === null);
    return valid.filter((one, index) => !valid.slice(index + 1).some(({ name }) => name === one.name));
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
      pending: false,
    };
    const files = this.files(wanted.name);
    await mkdir(join(this.#folder, wanted.name), { recursive: true, mode: 0o700 });
    // What is not in the record can never be revoked. An earlier one of that name is good to its end, and stays in it.
    const others = this.#issued.filter((other) => !isOver(other, wanted.name));
    this.#issued.splice(0, Infinity, ...others, { ...one, pending: true });
    await this.#writeRecord();
    await replaceFile(files.key, made.key);
    await replaceFile(files.certificate, made.certificate, 0o644);
    this.#issued.splice(-1, 1, one);
    await this.#write();
    return one;
  }

  /** Makes every certificate anew that ends within so many days, and the revocation list. Answers what is new. */
  async renew(now: Date, withinDays = renewDays, days = validDays): Promise<Issued[]> {
    const due = this.certificates.filter(
      ({ until, pending }) => pending || Date.parse(until) - now.getTime() < withinDays * DAY_MS,
    );
    const renewed: Issued[] = [];
    for (const { name, purpose: use, hosts } of due)
      renewed.push(await this.issue({ name, purpose: use, hosts }, days));
    // The list ends as certificates do.
    await this.#write();
    return renewed;
  }

  /**
   * Puts the certificate, and the earlier ones of its name that are still good, on the revocation list in every folder. Answers
   * the newest. Rejects with BatonError where there is none of that name.
   */
  async revoke(name: string, now: Date): Promise<Issued> {
    const revokedAt = now.toISOString();
    let newest: Issued | null = null;
    for (const [index, one] of this.#issued.entries()) {
      if (one.name !== name || one.revokedAt !== null) continue;
      newest = { ...one, revokedAt };
      this.#issued[index] = newest;
    }
    if (!newest) {
      const known = this.certificates.map((one) => one.name);
      throw new BatonError('not-found', `There is no certificate ${name}.`, '', { known });
    }
    await this.#write();
    return newest;
  }

  #own(file: string): string {
    return join(this.#folder, 'authority', file);
  }

  /** The record first: what it has is found again; then the list, everywhere. */
  async #write(): Promise<void> {
    await this.#writeRecord();
    const list = await withOpenssl(async (openssl) => await this.#list(openssl));
    await replaceFile(this.#own('crl.pem'), list, 0o644);
    const authority = await readFile(this.#own('ca.pem'), 'utf8');
    for (const { name } of this.certificates) {
      const { ca, crl } = this.files(name);
      await replaceFile(ca, authority, 0o644);
      await replaceFile(crl, list, 0o644);
    }
  }

  async #writeRecord(): Promise<void> {
    const text = `${JSON.stringify({ format: 1, issued: this.#issued } satisfies z.infer<typeof record>, null, 2)}\n`;
    await replaceFile(this.#own('issued.json'), text);
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

/** An earlier one of that name which nobody lets in any more, by its age alone. */
function isOver({ name, until, revokedAt }: Issued, of: string): boolean {
  return name === of && revokedAt === null && Date.parse(until) < Date.now();
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
