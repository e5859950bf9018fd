import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Configuration } from '../../contract/configuration.ts';
import type { AgentConfiguration } from '../../contract/configuration/agent.ts';
import { messageOf } from '../../contract/errors.ts';
import { askLocalServer } from '../../mariadb/local-server.ts';
import { serverCertificateFiles } from '../../mariadb/server-certificates.ts';
import { judgeCertificates, type CertificateSeen } from '../../monitoring/certificates.ts';
import type { Verdict } from '../../monitoring/verdict.ts';
import { pemBlocks } from '../../tls/material.ts';
import { isRevoked, readRevocationLists, type RevocationList } from '../../tls/revocation-list.ts';

interface CertificateFile {
  readonly field: string;
  readonly file: string;
  /** The file of its key; only the first certificate of a chain has one. */
  readonly key?: string | undefined;
}

const SERVER_MS = 2_000;

/** Looks at every certificate that the configuration names, and at those of the server beside the agent. */
export async function lookAtCertificates(configuration: Configuration, now: Date): Promise<Verdict> {
  const { certificates, lists } = filesOf(configuration);
  const read = await Promise.all(lists.map(readLists));
  const known = read.flatMap(({ found }) => found);
  const ofServer = configuration.agent ? await serverFiles(configuration.agent) : [];
  const seen = await Promise.all([
    ...certificates.map(async (one) => await readCertificates(one, known)),
    ...ofServer.map(async (one) => await readCertificates(one, known).catch(() => [])),
  ]);
  return judgeCertificates([...seen.flat(), ...read.flatMap((one) => one.seen)], now);
}

function filesOf({ console: own, agent, clusters }: Configuration): {
  certificates: CertificateFile[];
  lists: CertificateFile[];
} {
  const listeners = [own, agent].flatMap((section, index) =>
    section?.tls ? [{ field: `${['console', 'agent'][index]}.tls`, tls: section.tls }] : [],
  );
  const clients = Object.entries(clusters).flatMap(([name, { agentTls, serverTls }]) => [
    { field: `clusters.${name}.agentTls`, tls: agentTls },
    { field: `clusters.${name}.serverTls`, tls: serverTls },
  ]);
  const replication = { field: 'agent.replicationTls', tls: agent?.replicationTls };
  return {
    certificates: [
      ...listeners.flatMap(({ field, tls: { certificate, key, clientCa } }) => [
        { field: `${field}.certificate`, file: certificate, key },
        ...named(`${field}.clientCa`, clientCa),
      ]),
      ...[...clients, replication].flatMap(({ field, tls }) => [
        ...named(`${field}.certificate`, tls?.certificate, tls?.key),
        ...named(`${field}.ca`, tls?.ca),
      ]),
    ],
    lists: [
      ...listeners.flatMap(({ field, tls: { clientCrl } }) => named(`${field}.clientCrl`, clientCrl)),
      ...[...clients, replication].flatMap(({ field, tls }) => named(`${field}.crl`, tls?.crl)),
    ],
  };
}

const named = (field: string, file: string | undefined, key?: string): CertificateFile[] =>
  file === undefined ? [] : [{ field, file, key }];

/** Those that the server itself shows and trusts; none while it is down, which others tell, or where they can't be read here. */
async function serverFiles({ server: { socket, defaultsFile } }: AgentConfiguration): Promise<CertificateFile[]> {
  const files = await askLocalServer({ socket, defaultsFile }, SERVER_MS, async (connection) =>
    serverCertificateFiles(connection, SERVER_MS),
  ).catch(() => []);
  const texts = await Promise.all(files.map(async (file) => await readFile(file, 'utf8').catch(() => '')));
  return files.flatMap((file, index) =>
    pemBlocks(texts[index] ?? '', 'CERTIFICATE').length === 0 ? [] : [{ field: `the server’s ${file}`, file }],
  );
}

async function readLists({
  field,
  file,
}: CertificateFile): Promise<{ found: RevocationList[]; seen: CertificateSeen[] }> {
  try {
    const found = readRevocationLists(await readFile(file, 'utf8'));
    if (found.length === 0) throw new Error(`${file} holds no revocation list`);
    return { found, seen: found.map(({ until }) => ({ kind: 'list', field, until })) };
  } catch (error) {
    return { found: [], seen: [{ kind: 'unreadable', field, reason: messageOf(error) }] };
  }
}

async function readCertificates(
  { field, file, key }: CertificateFile,
  lists: readonly RevocationList[],
): Promise<CertificateSeen[]> {
  try {
    const blocks = pemBlocks(await readFile(file, 'utf8'), 'CERTIFICATE');
    const certificates = blocks.map((text) => new X509Certificate(text));
    if (certificates.length === 0) return [{ kind: 'unreadable', field, reason: `${file} holds no certificate` }];
    const own = key === undefined ? null : createPrivateKey(await readFile(key));
    return certificates.map((certificate, index) => seenOf(field, certificate, index === 0 ? own : null, lists));
  } catch (error) {
    return [{ kind: 'unreadable', field, reason: messageOf(error) }];
  }
}

function seenOf(
  field: string,
  certificate: X509Certificate,
  key: KeyObject | null,
  lists: readonly RevocationList[],
): CertificateSeen {
  return {
    kind: 'read',
    field,
    subject: certificate.subject.replaceAll('\n', ', '),
    from: new Date(certificate.validFrom),
    until: new Date(certificate.validTo),
    keyFits: key && certificate.checkPrivateKey(key),
    revoked: isRevoked(certificate, lists),
  };
}
