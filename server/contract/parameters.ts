import { z } from 'zod';
import type { TlsFileNames } from './connection-parameters.ts';

/** -1: no threshold. 0, the origin's default: any second behind is a problem. */
const threshold = z.int().min(-1);

/**
 * What a replica is asked for, in the origin's names, or in those under which a primary publishes them, or in the
 * origin's later ones. Other keys belong to other programs and are left alone. "" means: not available.
 */
const written = z.looseObject({
  'primary-url': z.string().optional(),
  'replication-primary-url': z.string().optional(),
  'upstream-mariadb-url': z.string().optional(),
  'bootstrap-url': z.string().optional(),
  'replication-bootstrap-url': z.string().optional(),
  'upstream-bootstrap-url': z.string().optional(),
  'upstream-mariabackup-url': z.string().optional(),
  'replication-bootstrap-token': z.string().optional(),
  'replication-bootstrap-fingerprint': z.string().optional(),
  'replicate-with-tls': z.boolean().optional(),
  'replication-tls-ca': z.string().optional(),
  'replication-tls-certificate': z.string().optional(),
  'replication-tls-key': z.string().optional(),
  'replication-tls-crl': z.string().optional(),
  'seconds-behind-master-threshold': threshold.optional(),
});

/** The primary that a replica is asked to follow. The password is a secret: it goes into no text. */
export interface WantedPrimary {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

/** What a server is asked to be, read from its parameters. */
export interface ReplicaParameters {
  /** null: it is to be a primary. */
  readonly primary: WantedPrimary | null;
  /** Where its first copy comes from; null: none. */
  readonly bootstrapUrl: string | null;
  readonly bootstrapToken: string | null;
  /** SHA-256 of the certificate behind bootstrapUrl: then nobody has to have signed it. */
  readonly bootstrapFingerprint: string | null;
  /** null: not said. */
  readonly withTls: boolean | null;
  /** The files for that, where the parameters name some. */
  readonly tlsFiles?: TlsFileNames;
  /** How far behind it may be; -1: as far as it likes. */
  readonly thresholdSeconds: number;
}

export type ReadParameters =
  | { readonly kind: 'read'; readonly parameters: ReplicaParameters }
  /** A sentence that names the field, and never its value: that may hold the password. */
  | { readonly kind: 'wrong'; readonly text: string };

/** The parameters in a JSON document; they may stand under "replication". */
export function readParameters(document: string): ReadParameters {
  let value: unknown;
  try {
    value = JSON.parse(document);
  } catch {
    // What the parser says shows a piece of the text.
    return { kind: 'wrong', text: 'the parameters are not JSON' };
  }
  const inner = isObject(value) && isObject(value['replication']) ? value['replication'] : value;
  const parsed = written.safeParse(inner);
  if (!parsed.success) {
    const field = parsed.error.issues[0]?.path.join('.') ?? '';
    return {
      kind: 'wrong',
      text: field === '' ? 'the parameters are not an object' : `${field} is not what it should be`,
    };
  }
  const fields = parsed.data;
  const primaryUrl = first(fields['primary-url'], fields['upstream-mariadb-url'], fields['replication-primary-url']);
  const primary = primaryUrl === null ? null : readPrimaryUrl(primaryUrl);
  if (typeof primary === 'string') return { kind: 'wrong', text: primary };
  return {
    kind: 'read',
    parameters: {
      primary,
      bootstrapUrl: first(
        fields['bootstrap-url'],
        fields['upstream-mariabackup-url'],
        fields['upstream-bootstrap-url'],
        fields['replication-bootstrap-url'],
      ),
      bootstrapToken: first(fields['replication-bootstrap-token']),
      bootstrapFingerprint: first(fields['replication-bootstrap-fingerprint']),
      withTls: fields['replicate-with-tls'] ?? null,
      ...tlsFilesIn(fields),
      thresholdSeconds: fields['seconds-behind-master-threshold'] ?? 0,
    },
  };
}

function tlsFilesIn(fields: z.infer<typeof written>): { tlsFiles?: TlsFileNames } {
  const ca = first(fields['replication-tls-ca']);
  if (ca === null) return {};
  const [certificate, key] = [fields['replication-tls-certificate'], fields['replication-tls-key']];
  const crl = fields['replication-tls-crl'];
  return { tlsFiles: { ca, ...(certificate && { certificate }), ...(key && { key }), ...(crl && { crl }) } };
}

/** `mysql://user:password@host:port`, IPv6 in brackets, percent-encoded where need be; or what is wrong with it. */
function readPrimaryUrl(url: string): WantedPrimary | string {
  const parts =
    /^mysql:\/\/(?<user>[^:@/]+):(?<password>[^@/]*)@(?<host>\[[0-9a-fA-F:.]+\]|[^:@/[\]\s]+)(?::(?<port>\d{1,5}))?\/?$/.exec(
      url,
    )?.groups;
  const port = Number(parts?.['port'] ?? 3306);
  if (!parts || port < 1 || port > 65_535)
    return 'primary-url is not mysql://user:password@host:port (IPv6 in brackets)';
  try {
    return {
      host: (parts['host'] ?? '').replace(/^\[|\]$/g, ''),
      port,
      user: decodeURIComponent(parts['user'] ?? ''),
      password: decodeURIComponent(parts['password'] ?? ''),
    };
  } catch {
    return 'primary-url has a % that begins no encoded character';
  }
}

function first(...candidates: (string | undefined)[]): string | null {
  return candidates.find((candidate) => candidate !== undefined && candidate !== '') ?? null;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
