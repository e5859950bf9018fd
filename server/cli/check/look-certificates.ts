import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Configuration } from '../../contract/configuration.ts';
import { messageOf } from '../../contract/errors.ts';
import { judgeCertificates, type CertificateSeen } from '../../monitoring/certificates.ts';
import type { Verdict } from '../../monitoring/verdict.ts';

interface CertificateFile {
  readonly field: string;
  readonly file: string;
  /** The file of its key; only the first certificate of a chain has one. */
  readonly key?: string;
}

/** Looks at every certificate that the configuration names. */
export async function lookAtCertificates(configuration: Configuration, now: Date): Promise<Verdict> {
  const seen = await Promise.all(filesOf(configuration).map(readCertificates));
  return judgeCertificates(seen.flat(), now);
}

function filesOf({ console: own, agent }: Configuration): CertificateFile[] {
  const listeners = [
    { field: 'console.tls', tls: own?.tls },
    { field: 'agent.tls', tls: agent?.tls },
  ];
  const authority = agent?.tls?.clientCa;
  return [
    ...listeners.flatMap(({ field, tls }) =>
      tls ? [{ field: `${field}.certificate`, file: tls.certificate, key: tls.key }] : [],
    ),
    ...(authority === undefined ? [] : [{ field: 'agent.tls.clientCa', file: authority }]),
  ];
}

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

async function readCertificates({ field, file, key }: CertificateFile): Promise<CertificateSeen[]> {
  try {
    const certificates = ((await readFile(file, 'utf8')).match(PEM) ?? []).map((text) => new X509Certificate(text));
    if (certificates.length === 0) return [{ kind: 'unreadable', field, reason: `${file} holds no certificate` }];
    const own = key === undefined ? null : createPrivateKey(await readFile(key));
    return certificates.map((certificate, index) => seenOf(field, certificate, index === 0 ? own : null));
  } catch (error) {
    return [{ kind: 'unreadable', field, reason: messageOf(error) }];
  }
}

function seenOf(field: string, certificate: X509Certificate, key: KeyObject | null): CertificateSeen {
  return {
    kind: 'read',
    field,
    subject: certificate.subject.replaceAll('\n', ', '),
    from: new Date(certificate.validFrom),
    until: new Date(certificate.validTo),
    keyFits: key && certificate.checkPrivateKey(key),
  };
}
