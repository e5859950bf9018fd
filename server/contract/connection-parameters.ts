import { z } from 'zod';
import { addressText } from './listen-address.ts';

/**
 * What a server publishes for a new replica, in the origin's names; "" stands for what is not available. It holds a
 * password. `baton replica init` takes it as it is. GET /clusters/C/servers/S/connection-parameters answers it too.
 */
export const connectionParametersBody = z.object({
  'replication-primary-url': z.string(),
  'replication-bootstrap-url': z.string(),
  'takeover-url': z.string(),
  /** Reads the backups behind the bootstrap-url, where no certificate does. */
  'replication-bootstrap-token': z.string().optional(),
  /** SHA-256 of the certificate there: then nobody has to have signed it. */
  'replication-bootstrap-fingerprint': z.string().optional(),
  /** The account asks for TLS. */
  'replicate-with-tls': z.boolean().optional(),
  /** Where a database host of this cluster has its files for that, by the console's configuration. */
  'replication-tls-ca': z.string().optional(),
  'replication-tls-certificate': z.string().optional(),
  'replication-tls-key': z.string().optional(),
  'replication-tls-crl': z.string().optional(),
});
export type ConnectionParameters = z.infer<typeof connectionParametersBody>;

export interface Published {
  readonly user: string;
  readonly password: string;
  readonly address: { readonly host: string; readonly port: number } | null;
  /** Address of the agent that serves the backups; null: none does. */
  readonly agentUrl: string | null;
  readonly bootstrapToken: string | null;
  readonly bootstrapFingerprint: string | null;
  readonly withTls: boolean;
  /** Of the new replica's host, by convention of the cluster; absent: nobody says. */
  readonly tlsFiles?: TlsFileNames | undefined;
  readonly takeoverUrl: string;
}

/** Names of files: not what is in them. */
export interface TlsFileNames {
  readonly ca: string;
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
  readonly crl?: string | undefined;
}

/** The parameters of what is known. */
export function connectionParameters(published: Published): ConnectionParameters {
  const { user, password, address, agentUrl, bootstrapToken, bootstrapFingerprint, withTls, takeoverUrl } = published;
  const [name, secret] = [user, password].map(encodeURIComponent);
  const optional = {
    ...(agentUrl === null || bootstrapToken === null ? {} : { 'replication-bootstrap-token': bootstrapToken }),
    ...(agentUrl === null || bootstrapFingerprint === null
      ? {}
      : { 'replication-bootstrap-fingerprint': bootstrapFingerprint }),
    ...(withTls ? { 'replicate-with-tls': true } : {}),
    ...tlsFields(published.tlsFiles),
  };
  return {
    'replication-primary-url': address === null ? '' : `mysql://${name}:${secret}@${addressText(address)}`,
    'replication-bootstrap-url': agentUrl === null ? '' : `${agentUrl.replace(/\/$/, '')}/backups/latest`,
    'takeover-url': takeoverUrl,
    ...optional,
  };
}

function tlsFields(files: TlsFileNames | undefined): Partial<ConnectionParameters> {
  if (!files) return {};
  const { ca, certificate, key, crl } = files;
  return {
    'replication-tls-ca': ca,
    ...(certificate && { 'replication-tls-certificate': certificate }),
    ...(key && { 'replication-tls-key': key }),
    ...(crl && { 'replication-tls-crl': crl }),
  };
}
