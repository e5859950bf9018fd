import { type FSWatcher, watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Server as TlsServer } from 'node:https';
import { dirname } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { FastifyBaseLogger } from 'fastify';

export interface CertificateFiles {
  certificate: string;
  key: string;
}

/** Renewal tools write the certificate and the key one after the other: both are read once they rest. */
const restMs = 500;

/** Reads both files; rejects when they cannot be read or do not belong together. */
export async function readCertificate(files: CertificateFiles): Promise<{ cert: string; key: string }> {
  const [cert, key] = await Promise.all([readFile(files.certificate, 'utf8'), readFile(files.key, 'utf8')]);
  createSecureContext({ cert, key });
  return { cert, key };
}

/** Gives the servers a new certificate whenever the files change; a bad pair leaves the old one in force. Answers the end. */
export function followCertificate(
  files: CertificateFiles,
  servers: readonly TlsServer[],
  logger: FastifyBaseLogger,
): () => void {
  let timer: NodeJS.Timeout | null = null;
  const reload = async (): Promise<void> => {
    try {
      const pair = await readCertificate(files);
      servers.forEach((server) => server.setSecureContext(pair));
      logger.info({ certificate: files.certificate }, 'certificate read again');
    } catch (error) {
      logger.error(
        { err: error, certificate: files.certificate },
        'the new certificate is not usable; the old one stays',
      );
    }
  };
  const soon = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(() => void reload(), restMs);
  };
  // The folders, not the files: a renewal puts new files in their place.
  const folders = new Set([dirname(files.certificate), dirname(files.key)]);
  const watchers: FSWatcher[] = [...folders].map((folder) => watch(folder, { persistent: false }, soon));
  return () => {
    watchers.forEach((watcher) => watcher.close());
    if (timer !== null) clearTimeout(timer);
  };
}
