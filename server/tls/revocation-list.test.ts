import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isRevoked, readRevocationLists, revocationCode } from './revocation-list.ts';
import { testCertificates, type TestCertificates } from './testing/certificates.ts';

let made: TestCertificates;
beforeAll(async () => {
  made = await testCertificates();
});
afterAll(async () => await made[Symbol.asyncDispose]());

test('a list that openssl made tells who is revoked, by whom, and until when it holds', async () => {
  const gone = new X509Certificate((await made.make('gone', 'replication')).cert ?? '');
  const stays = new X509Certificate((await made.make('stays', 'replication')).cert ?? '');
  const [empty] = readRevocationLists(await readFile(made.own.files('stays').crl, 'utf8'));
  expect(empty?.revoked.size).toBe(0);
  await made.own.revoke('gone', new Date());
  const lists = readRevocationLists(await readFile(made.own.files('stays').crl, 'utf8'));
  expect(lists).toHaveLength(1);
  expect(lists[0]?.until?.getTime()).toBeGreaterThan(Date.now() + 90 * 86_400_000);
  expect([isRevoked(gone, lists), isRevoked(stays, lists)]).toEqual([true, false]);
  // The same number of another authority is somebody else.
  expect(
    isRevoked(
      gone,
      lists.map((list) => ({ ...list, issuer: '00' })),
    ),
  ).toBe(false);
});

test('OpenSSL’s words for a certificate: named, of an issuer without a list, or by a list whose time is over', async () => {
  const stays = new X509Certificate((await made.make('stays', 'server')).cert ?? '');
  const lists = readRevocationLists(await readFile(made.own.files('stays').crl, 'utf8'));
  expect(revocationCode(stays, lists, new Date())).toBeNull();
  expect(revocationCode(stays, [], new Date())).toBe('UNABLE_TO_GET_CRL');
  const old = readRevocationLists(await made.makeExpiredList());
  expect(revocationCode(stays, old, new Date())).toBe('CRL_HAS_EXPIRED');
  const named = old.map((list) => ({ ...list, revoked: new Set([stays.serialNumber]) }));
  expect(revocationCode(stays, named, new Date())).toBe('CERT_REVOKED');
});

const pem = (text: string): string => `-----BEGIN X509 CRL-----\n${text}\n-----END X509 CRL-----\n`;

test('what is no list is told, not taken for an empty one', () => {
  expect(readRevocationLists('')).toEqual([]);
  expect(() => readRevocationLists(pem('MAA='))).toThrow('no revocation list');
  expect(() => readRevocationLists(pem('MIIB'))).toThrow(/range|no revocation list/);
});
