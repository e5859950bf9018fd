import { resolve } from 'node:path';
import type { ReplicaParameters } from '../contract/parameters.ts';
import { BatonError, messageOf } from '../contract/errors.ts';
import { noSsl } from '../mariadb/change-primary.ts';
import type { SqlTarget } from '../mariadb/connection.ts';
import type { ReplicaStatus } from '../mariadb/replica-status.ts';
import { readMaterial, type TlsFiles } from '../tls/material.ts';
import type { HttpAccess } from './open-url.ts';

export interface Secured {
  readonly access: HttpAccess;
  readonly ssl: ReplicaStatus['ssl'];
  readonly primaryTls: SqlTarget['tls'];
}

/**
 * How a replica reaches its primary and the primary's backups. It replicates over TLS where the parameters say so, and
 * where they say nothing, when files were `named` for it. Rejects with BatonError('invalid').
 */
export async function secured(files: TlsFiles, named: boolean, wanted: ReplicaParameters): Promise<Secured> {
  const material = await readMaterial(files).catch((error: unknown) => {
    throw new BatonError('invalid', `${messageOf(error)}.`);
  });
  const { bootstrapToken: token, bootstrapFingerprint, withTls } = wanted;
  const fingerprint = bootstrapFingerprint ?? undefined;
  const access = { token, secure: { material: () => material, fingerprint } };
  if (!(withTls ?? named)) return { access, ssl: noSsl, primaryTls: undefined };
  const { ca, cert, key } = material;
  return {
    access,
    ssl: {
      ...noSsl,
      allowed: true,
      // Without an authority MariaDB refuses to verify: encryption without identity then (measured on 10.11).
      verifyServer: files.ca !== undefined,
      caFile: absolute(files.ca),
      certificate: absolute(files.certificate),
      key: absolute(files.key),
      crl: absolute(files.crl),
    },
    primaryTls: {
      ...(ca && { ca }),
      ...(cert && { certificate: cert }),
      ...(key && { key }),
      verify: files.ca === undefined ? 'nothing' : 'name',
    },
  };
}

function absolute(file: string | undefined): string {
  return file === undefined ? '' : resolve(file);
}
