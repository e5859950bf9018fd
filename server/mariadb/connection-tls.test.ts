import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCluster, type SandboxCluster } from '../sandbox/cluster.ts';
import { connect, type SqlTarget } from './connection.ts';
import { SqlError } from './sql-error.ts';

const folder = mkdtempSync(join(tmpdir(), 'baton-tls-'));
const path = (name: string): string => join(folder, name);
const read = (name: string): string => readFileSync(path(name), 'utf8');

const openssl = (...args: string[]): Buffer => execFileSync('openssl', args, { stdio: 'pipe' });

/** A CA and certificates by it, with openssl as an operator would. */
function makeCertificates(): void {
  for (const ca of ['ca', 'other-ca']) {
    openssl(
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
      '-subj',
      `/CN=${ca}`,
      '-keyout',
      path(`${ca}.key`),
      '-out',
      path(`${ca}.pem`),
    );
  }
  for (const name of ['server', 'client']) {
    openssl(
      'req',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      path(`${name}.key`),
      '-out',
      path(`${name}.csr`),
    );
    writeFileSync(path(`${name}.ext`), 'subjectAltName=IP:127.0.0.1');
    openssl(
      'x509',
      '-req',
      '-in',
      path(`${name}.csr`),
      '-CA',
      path('ca.pem'),
      '-CAkey',
      path('ca.key'),
      '-CAcreateserial',
      '-days',
      '2',
      '-extfile',
      path(`${name}.ext`),
      '-out',
      path(`${name}.pem`),
    );
  }
}

let cluster: SandboxCluster;
let target: SqlTarget;
beforeAll(async () => {
  makeCertificates();
  cluster = await createCluster({
    replicas: 0,
    settings: {
      ssl_ca: path('ca.pem'),
      ssl_cert: path('server.pem'),
      ssl_key: path('server.key'),
      bind_address: '0.0.0.0',
    },
  });
  const server = cluster.server('db-1');
  await server.sql("CREATE USER careful IDENTIFIED BY 'secret-1' REQUIRE X509");
  target = { host: '127.0.0.1', port: server.port, ...cluster.accounts.observe };
});
afterAll(async () => {
  await cluster.stop();
  await rm(folder, { recursive: true, force: true });
});

async function cipherOf(to: SqlTarget): Promise<unknown> {
  const connection = await connect(to, 3000);
  const [row] = await connection.query("SHOW SESSION STATUS LIKE 'Ssl_cipher'", { timeoutMs: 2000 });
  connection.destroy();
  return row?.['Value'];
}
async function kindOf(to: SqlTarget): Promise<string> {
  try {
    return `connected with ${String(await cipherOf(to))}`;
  } catch (error) {
    return error instanceof SqlError ? error.kind : String(error);
  }
}

test('a server with a certificate of the CA and of that address is connected to, encrypted', async () => {
  expect(await cipherOf({ ...target, tls: { ca: read('ca.pem') } })).toMatch(/^TLS_/);
});

test('a certificate of another CA is refused', async () => {
  expect(await kindOf({ ...target, tls: { ca: read('other-ca.pem') } })).toBe('tls');
});

test('a certificate of that CA for another host is refused', async () => {
  expect(await kindOf({ ...target, host: 'localhost', tls: { ca: read('ca.pem') } })).toBe('tls');
});

test('the address is what is checked: a certificate for another address is refused', async () => {
  expect(await kindOf({ ...target, host: '127.0.0.2', tls: { ca: read('ca.pem') } })).toBe('tls');
});

test('an account that requires a certificate gets one, and without it access is denied', async () => {
  const careful = { ...target, user: 'careful', password: 'secret-1' };
  const tls = { ca: read('ca.pem'), cert: read('client.pem'), key: read('client.key') };
  expect(await kindOf({ ...careful, tls })).toMatch(/^connected with TLS_/);
  expect(await kindOf({ ...careful, tls: { ca: read('ca.pem') } })).toBe('access-denied');
});
