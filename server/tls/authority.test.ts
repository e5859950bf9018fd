import { X509Certificate } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Authority, type WantedCertificate } from './authority.ts';
import { readRevocationLists } from './revocation-list.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'baton-authority-'));
});
afterEach(async () => await rm(folder, { recursive: true, force: true }));

const wanted = (): WantedCertificate => ({ name: 'agent-db-1', purpose: 'agent', hosts: ['db-1'] });

async function revoked(): Promise<ReadonlySet<string>> {
  const [list] = readRevocationLists(await readFile(join(folder, 'authority', 'crl.pem'), 'utf8'));
  return list?.revoked ?? new Set();
}

test('a certificate that was renewed is revoked with the one in its place', async () => {
  const authority = await Authority.create(folder, 'Baton test');
  const [[first], [second]] = [await authority.issue([wanted()]), await authority.issue([wanted()])];
  expect(authority.certificates).toEqual([second]);
  const reopened = await Authority.open(folder);
  await reopened?.revoke('agent-db-1', new Date());
  expect(await revoked()).toEqual(new Set([first?.serial, second?.serial]));
  expect(reopened?.certificates).toEqual([]);
});

test('a certificate whose writing was broken off can be revoked, and is made anew', async () => {
  const authority = await Authority.create(folder, 'Baton test');
  const inTheWay = authority.files('agent-db-1').certificate;
  await mkdir(join(inTheWay, 'something'), { recursive: true });
  await expect(authority.issue([wanted()])).rejects.toThrow(/directory|EISDIR|ENOTEMPTY|EEXIST/);
  await rm(inTheWay, { recursive: true });
  const reopened = await Authority.open(folder);
  const [broken] = reopened?.certificates ?? [];
  expect(broken).toMatchObject({ name: 'agent-db-1', pending: true });
  const [anew] = (await reopened?.renew(new Date())) ?? [];
  expect(new X509Certificate(await readFile(inTheWay)).serialNumber).toBe(anew?.serial);
  await reopened?.revoke('agent-db-1', new Date());
  expect([...(await revoked())]).toContain(broken?.serial);
});

test('certificates that are made together are in the record before any of them has its file, and in use together', async () => {
  const authority = await Authority.create(folder, 'Baton test');
  const all = ['a', 'b'].map((name): WantedCertificate => ({ name, purpose: 'server', hosts: [`${name}.example`] }));
  const inTheWay = authority.files('a').key;
  await mkdir(join(inTheWay, 'something'), { recursive: true });
  await expect(authority.issue(all)).rejects.toThrow(/directory|EISDIR|ENOTEMPTY|EEXIST/);
  await rm(inTheWay, { recursive: true });
  const reopened = await Authority.open(folder);
  expect(reopened?.certificates).toMatchObject(all.map(({ name }) => ({ name, pending: true })));
  const issued = await reopened?.renew(new Date());
  expect(reopened?.certificates).toEqual(issued);
  for (const [index, { name }] of all.entries()) {
    const shown = new X509Certificate(await readFile(authority.files(name).certificate));
    expect([shown.serialNumber, shown.subjectAltName]).toEqual([issued?.[index]?.serial, `DNS:${name}.example`]);
  }
});

test('the key of an authority whose record is gone is never replaced', async () => {
  await Authority.create(folder, 'Baton test');
  const key = await readFile(join(folder, 'authority', 'ca-key.pem'), 'utf8');
  await rm(join(folder, 'authority', 'issued.json'));
  await expect(Authority.create(folder, 'Baton test')).rejects.toMatchObject({ code: 'refused' });
  expect(await readFile(join(folder, 'authority', 'ca-key.pem'), 'utf8')).toBe(key);
});

test('one changes an authority at a time', async () => {
  await Authority.locked(folder, async () => {
    await expect(Authority.locked(folder, async () => undefined)).rejects.toMatchObject({ code: 'already-running' });
  });
  expect(await Authority.locked(folder, async () => 'free')).toBe('free');
});
