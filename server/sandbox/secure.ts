import { join } from 'node:path';
import { Authority, type WantedCertificate } from '../tls/authority.ts';

/** As whom a throw-away server is reached. */
export const loopbackHosts: readonly string[] = ['127.0.0.1', '::1', 'localhost'];

/** TLS files of one end. */
export type CertificateFiles = ReturnType<Authority['files']>;

/** The authority of a cluster whose servers speak TLS, and the certificates that it made for them. */
export const authorityFolder = (dir: string): string => join(dir, 'tls');

/** Makes the authority, and for each server its own certificate and the one that it replicates with. */
export async function createAuthority(dir: string, servers: readonly string[]): Promise<Authority> {
  const authority = await Authority.create(authorityFolder(dir), 'Baton sandbox');
  await authority.issue(servers.flatMap(ofServer));
  return authority;
}

const ofServer = (server: string): WantedCertificate[] => [
  { name: `server-${server}`, purpose: 'server', hosts: [...loopbackHosts] },
  { name: `replication-${server}`, purpose: 'replication', hosts: [] },
];

/** mariadbd's settings for TLS. */
export function secureSettings(dir: string, server: string): Readonly<Record<string, string>> {
  const { certificate, key, ca, crl } = filesOf(dir, `server-${server}`);
  return { ssl_cert: certificate, ssl_key: key, ssl_ca: ca, ssl_crl: crl };
}

/** What the server replicates with. */
export function replicationFiles(dir: string, server: string): CertificateFiles {
  return filesOf(dir, `replication-${server}`);
}

const filesOf = (dir: string, name: string): CertificateFiles => new Authority(authorityFolder(dir), []).files(name);
