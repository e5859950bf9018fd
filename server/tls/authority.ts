import { X509Certificate } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BatonError, messageOf } from '../contract/errors.ts';
import { replaceFile, writeNew } from '../files/durable-file.ts';
import { lockDirectory } from '../files/lock-directory.ts';
import { readIssued, writeIssued, type Issued } from './issued.ts';
import { makeAuthority, makeCertificate, makeRevocationList, type Made, type Signer } from './make-certificate.ts';
import { withOpenssl } from './openssl.ts';
import { plainFingerprint } from './peer.ts';

/** As caucase's; renewed while a month is left. */
export const validDays = 93;
export const renewDays = 31;
const authorityDays = 3650;
const DAY_MS = 86_400_000;

/** A certificate that somebody needs. */
export type WantedCertificate = Pick<Issued, 'name' | 'purpose' | 'hosts'>;

/**
 * A small certificate authority in a folder: `authority/` with its key, its record and its revocation list, and a folder for
 * each certificate, with what goes to one host: certificate.pem, key.pem, ca.pem, crl.pem. Whoever changes it opens it
 * locked: what another wrote in between would be lost.
 */
export class Authority {
  readonly #folder: string;
  #issued: readonly Issued[];

  constructor(folder: string, known: readonly Issued[]) {
    this.#folder = folder;
    this.#issued = known;
  }

  /** The authority of that folder; null where there is none. Rejects with BatonError where its record can't be read. */
  static async open(folder: string): Promise<Authority | null> {
    const known = await readIssued(join(folder, 'authority', 'issued.json'));
    return known && new Authority(folder, known);
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
    const { certificate, key } = await withOpenssl((openssl) => makeAuthority(openssl, name, authorityDays));
    await writeNew(made.#signer.key, key).catch((error: unknown) => {
      throw new BatonError(
        'refused',
        `There is a key in ${made.#own('')}, and no record of what it signed, or it can't be written: ${messageOf(error)}.`,
        'Bring issued.json back, or move the folder away.',
      );
    });
    await replaceFile(made.#signer.certificate, certificate, 0o644);
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

  /**
   * Makes certificates with new keys, or others in the place of those with their names, and the revocation list anew. Answers
   * them as wanted.
   */
  async issue(wanted: readonly WantedCertificate[], days = validDays): Promise<Issued[]> {
    const made = await withOpenssl(async (openssl) => {
      const all: (readonly [Issued, Made])[] = [];
      for (const one of wanted) {
        const pem = await makeCertificate(openssl, one, days, this.#signer);
        all.push([issuedOf(one, pem), pem]);
      }
      return all;
    });
    const [now, names] = [Date.now(), new Set(wanted.map(({ name }) => name))];
    // What is not in the record can never be revoked. An earlier one of that name is good to its end, and stays in it.
    const others = this.#issued.filter((other) => !(names.has(other.name) && isOver(other, now)));
    for (const { name } of wanted) await mkdir(join(this.#folder, name), { recursive: true, mode: 0o700 });
    this.#issued = [...others, ...made.map(([one]) => ({ ...one, pending: true }))];
    await this.#writeRecord();
    for (const [{ name }, { certificate, key }] of made) {
      const files = this.files(name);
      await replaceFile(files.key, key);
      await replaceFile(files.certificate, certificate, 0o644);
    }
    const issued = made.map(([one]) => one);
    this.#issued = [...others, ...issued];
    await this.#write();
    return issued;
  }

  /** Makes every certificate anew that ends within so many days, and the list, which ends as they do. Answers what is new. */
  async renew(now: Date, withinDays = renewDays, days = validDays): Promise<Issued[]> {
    const due = this.certificates.filter(
      ({ until, pending }) => pending || Date.parse(until) - now.getTime() < withinDays * DAY_MS,
    );
    return await this.issue(due, days);
  }

  /**
   * Puts the certificate, and the earlier ones of its name that are still good, on the revocation list in every folder. Answers
   * the newest. Rejects with BatonError where there is none of that name.
   */
  async revoke(name: string, now: Date): Promise<Issued> {
    const newest = this.certificates.find((one) => one.name === name);
    if (!newest) {
      const known = this.certificates.map((one) => one.name);
      throw new BatonError('not-found', `There is no certificate ${name}.`, '', { known });
    }
    const revokedAt = now.toISOString();
    this.#issued = this.#issued.map((one) =>
      one.name === name && one.revokedAt === null ? { ...one, revokedAt } : one,
    );
    await this.#write();
    return { ...newest, revokedAt };
  }

  get #signer(): Signer {
    return { certificate: this.#own('ca.pem'), key: this.#own('ca-key.pem') };
  }

  #own(file: string): string {
    return join(this.#folder, 'authority', file);
  }

  async #writeRecord(): Promise<void> {
    await writeIssued(this.#own('issued.json'), this.#issued);
  }

  /** The record first: what it has is found again; then the list, everywhere. */
  async #write(): Promise<void> {
    await this.#writeRecord();
    const list = await withOpenssl((openssl) => makeRevocationList(openssl, this.#issued, validDays, this.#signer));
    await replaceFile(this.#own('crl.pem'), list, 0o644);
    const authority = await readFile(this.#signer.certificate, 'utf8');
    for (const { name } of this.certificates) {
      const { ca, crl } = this.files(name);
      await replaceFile(ca, authority, 0o644);
      await replaceFile(crl, list, 0o644);
    }
  }
}

function issuedOf({ name, purpose, hosts }: WantedCertificate, { certificate }: Made): Issued {
  const read = new X509Certificate(certificate);
  return {
    name,
    purpose,
    hosts,
    serial: read.serialNumber,
    fingerprint: plainFingerprint(read.fingerprint256),
    until: read.validToDate.toISOString(),
    revokedAt: null,
    pending: false,
  };
}

/** Nobody lets it in any more, by its age alone. */
function isOver({ until, revokedAt }: Issued, now: number): boolean {
  return revokedAt === null && Date.parse(until) < now;
}
