import { expect, test } from 'vitest';
import type { ReplicaParameters } from '../contract/parameters.ts';
import { replicaTls, secured } from './secured.ts';

const wanted: ReplicaParameters = {
  primary: null,
  bootstrapUrl: null,
  bootstrapToken: null,
  bootstrapFingerprint: null,
  withTls: true,
  thresholdSeconds: 0,
};
const own = {
  clientCa: '/a/ca.pem',
  clientCrl: '/a/crl.pem',
  certificate: '/a/cert.pem',
  key: '/a/key.pem',
  followSeconds: 2,
};
const forReplication = { ca: '/r/ca.pem', certificate: '/r/cert.pem', key: '/r/key.pem', crl: '/r/crl.pem' };

test('what an agent has for replication is what its server replicates with, its revocation list too', () => {
  const agent = { tls: own, replicationTls: forReplication };
  expect(replicaTls({}, agent, wanted)).toEqual({ files: forReplication, named: true, verifyServer: true });
  expect(replicaTls({}, { tls: own }, wanted)).toMatchObject({
    files: { ca: '/a/ca.pem', crl: '/a/crl.pem' },
    named: false,
  });
});

test('TLS with nobody to vouch for the primary is refused, unless it is asked for', async () => {
  await expect(secured(replicaTls({}, null, wanted), wanted)).rejects.toMatchObject({ code: 'invalid' });
  const asked = await secured(replicaTls({ verifyServer: false }, null, wanted), wanted);
  expect([asked.ssl, asked.primaryTls]).toMatchObject([{ allowed: true, verifyServer: false }, { verify: 'nothing' }]);
  const without = { ...wanted, withTls: null };
  expect((await secured(replicaTls({}, null, without), without)).ssl.allowed).toBe(false);
});
