import { resolve } from 'node:path';
import type { AgentConfiguration } from '../contract/configuration/agent.ts';
import type { ReplicaParameters } from '../contract/parameters.ts';
import { BatonError, messageOf } from '../contract/errors.ts';
import { noSsl } from '../mariadb/change-primary.ts';
import { asReplication, type SqlTarget } from '../mariadb/connection.ts';
import type { ReplicaStatus } from '../mariadb/replica-status.ts';
import { withJudge } from '../tls/judge-server.ts';
import { readMaterial, type TlsFiles } from '../tls/material.ts';
import type { HttpAccess } from './open-url.ts';

export interface Secured {
  readonly access: HttpAccess;
  readonly ssl: ReplicaStatus['ssl'];
  readonly primaryTls: SqlTarget['tls'];
}

/** With what a replica speaks TLS. */
export interface ReplicaTls {
  readonly files: TlsFiles;
  /** They are for this replication, and not only those of an agent. */
  readonly named: boolean;
  /** False: any certificate of the CA will do; without a CA, any at all. */
  readonly verifyServer: boolean;
}

/**
 * The files that are `given`, else those of the agent's configuration for replication, of the parameters, of the agent
 * itself. Throws BatonError('invalid') for a list of an authority that nobody named.
 */
export function replicaTls(
  { verifyServer = true, ...given }: TlsFiles & { readonly verifyServer?: boolean },
  agent: Pick<AgentConfiguration, 'tls' | 'replicationTls'> | null,
  wanted: ReplicaParameters,
): ReplicaTls {
  if (given.crl !== undefined && given.ca === undefined) {
    throw new BatonError('invalid', 'A revocation list without its authority says nothing.', 'Name the CA as well.');
  }
  if (given.ca !== undefined || given.certificate !== undefined) return { files: given, named: true, verifyServer };
  const known = agent?.replicationTls ?? wanted.tlsFiles;
  if (known) return { files: known, named: true, verifyServer };
  const { clientCa: ca, clientCrl: crl, certificate, key } = agent?.tls ?? {};
  return { files: { ca, crl, certificate, key }, named: false, verifyServer };
}

/**
 * How a replica reaches its primary and the primary's backups. It replicates over TLS where the parameters say so, and
 * where they say nothing, when files were `named` for it. Rejects with BatonError('invalid'), also where it is to verify the
 * primary and has no CA to do so.
 */
export async function secured({ files, named, verifyServer }: ReplicaTls, wanted: ReplicaParameters): Promise<Secured> {
  const material = await readMaterial(files).catch((error: unknown) => {
    throw new BatonError('invalid', `${messageOf(error)}.`);
  });
  const { bootstrapToken: token, bootstrapFingerprint, withTls } = wanted;
  const fingerprint = bootstrapFingerprint ?? undefined;
  const access = { token, secure: { material: () => material, fingerprint } };
  if (!(withTls ?? named)) return { access, ssl: noSsl, primaryTls: undefined };
  // MariaDB can't verify without an authority (measured on 10.11): that would be encryption with whoever answers.
  if (verifyServer && files.ca === undefined) {
    throw new BatonError(
      'invalid',
      'Replication over TLS needs the CA of the primary: without it nobody knows who answers.',
      'Name it: agent.replicationTls.ca, replication-tls-ca in the parameters, or --ca; or ask for --no-verify-server.',
    );
  }
  return {
    access,
    ssl: {
      ...noSsl,
      allowed: true,
      verifyServer,
      caFile: absolute(files.ca),
      certificate: absolute(files.certificate),
      key: absolute(files.key),
      crl: absolute(files.crl),
    },
    primaryTls: asReplication(withJudge(material), verifyServer),
  };
}

function absolute(file: string | undefined): string {
  return file === undefined ? '' : resolve(file);
}
