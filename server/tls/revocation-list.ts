import type { X509Certificate } from 'node:crypto';
import { pemBlocks } from './material.ts';

/** What a revocation list says. */
export interface RevocationList {
  /** DER of the issuer's name, as hexadecimal text. */
  readonly issuer: string;
  readonly from: Date;
  /** Nobody is let in by it after that; null: it does not say. */
  readonly until: Date | null;
  /** Serial numbers as X509Certificate prints them. */
  readonly revoked: ReadonlySet<string>;
}

interface Element {
  readonly tag: number;
  readonly content: Buffer;
  /** The element with its head. */
  readonly whole: Buffer;
}

const INTEGER = 0x02;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
const SEQUENCE = 0x30;

/** The lists of a file. Throws where one is none. Node verifies by such lists but does not tell what they hold (RFC 5280, 5.1). */
export function readRevocationLists(text: string): RevocationList[] {
  return pemBlocks(text, 'X509 CRL').map((block) => {
    const der = Buffer.from(block.replaceAll(/-----[^-]+-----|\s/g, ''), 'base64');
    const [list] = elements(der);
    const [signed] = elements(list?.content ?? Buffer.alloc(0));
    const parts = elements(signed?.content ?? Buffer.alloc(0));
    // The version may be missing; the algorithm comes before the issuer.
    const [, issuer, from, ...rest] = parts[0]?.tag === INTEGER ? parts.slice(1) : parts;
    if (!issuer || !from || !isTime(from)) throw new Error('this is no revocation list');
    const [next] = rest;
    const until = next && isTime(next) ? timeOf(next) : null;
    const entries = rest.find(({ tag }) => tag === SEQUENCE);
    const revoked = elements(entries?.content ?? Buffer.alloc(0)).map(({ content }) => serialOf(elements(content)[0]));
    return { issuer: issuer.whole.toString('hex'), from: timeOf(from), until, revoked: new Set(revoked) };
  });
}

/** Whether one of the lists, of its own issuer, names the certificate. */
export function isRevoked(certificate: X509Certificate, lists: readonly RevocationList[]): boolean {
  return listsFor(certificate, lists).some(({ revoked }) => revoked.has(certificate.serialNumber));
}

/** What OpenSSL says of a certificate by these lists, as its code; null: nothing. */
export function revocationCode(
  certificate: X509Certificate,
  lists: readonly RevocationList[],
  now: Date,
): 'CERT_REVOKED' | 'UNABLE_TO_GET_CRL' | 'CRL_HAS_EXPIRED' | null {
  const own = listsFor(certificate, lists);
  if (own.length === 0) return 'UNABLE_TO_GET_CRL';
  if (isRevoked(certificate, own)) return 'CERT_REVOKED';
  return own.every(({ until }) => until !== null && until <= now) ? 'CRL_HAS_EXPIRED' : null;
}

function listsFor(certificate: X509Certificate, lists: readonly RevocationList[]): readonly RevocationList[] {
  const [whole] = elements(certificate.raw);
  const [signed] = elements(whole?.content ?? Buffer.alloc(0));
  const parts = elements(signed?.content ?? Buffer.alloc(0));
  // Serial number, algorithm, issuer; before them the version, where it is not the first.
  const issuer = parts[parts[0]?.tag === INTEGER ? 2 : 3]?.whole.toString('hex');
  return lists.filter((list) => list.issuer === issuer);
}

const isTime = ({ tag }: Element): boolean => tag === UTC_TIME || tag === GENERALIZED_TIME;

/** "261126233000Z" or "20261126233000Z". */
function timeOf({ tag, content }: Element): Date {
  const text = content.toString('latin1');
  const year = tag === UTC_TIME ? `${Number(text.slice(0, 2)) < 50 ? '20' : '19'}${text}` : text;
  return new Date(year.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

function serialOf(element: Element | undefined): string {
  const hex = (element?.content ?? Buffer.alloc(0)).toString('hex').toUpperCase();
  return hex.replace(/^00(?=..)/, '');
}

/** The DER elements that follow each other in these bytes. Throws where they are cut off. */
function elements(bytes: Buffer): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = bytes.readUInt8(at);
    const first = bytes.readUInt8(at + 1);
    const long = first > 0x80 ? first - 0x80 : 0;
    const length = long === 0 ? first : bytes.readUIntBE(at + 2, long);
    const begin = at + 2 + long;
    if (begin + length > bytes.length) throw new Error('this is no revocation list');
    found.push({ tag, content: bytes.subarray(begin, begin + length), whole: bytes.subarray(at, begin + length) });
    at = begin + length;
  }
  return found;
}
