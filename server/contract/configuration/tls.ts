import { z } from 'zod';
import { certificateFile, secretFile } from './fields.ts';

export const fingerprint = z
  .string()
  .regex(/^(?:[0-9a-fA-F]{64}|[0-9a-fA-F]{2}(?::[0-9a-fA-F]{2}){31})$/, 'a SHA-256 fingerprint: 64 hexadecimal digits');

export const listenerTlsFields = {
  certificate: certificateFile,
  key: secretFile,
  /** Then every client must show a certificate of these authorities. */
  clientCa: certificateFile.optional(),
  /** Revocation lists of those authorities; without one nobody is revoked. */
  clientCrl: certificateFile.optional(),
};
/** A list of an authority that nobody named would never be looked at. */
export const crlNeedsCa = ({
  clientCa,
  clientCrl,
}: {
  clientCa?: string | undefined;
  clientCrl?: string | undefined;
}) => clientCrl === undefined || clientCa !== undefined;
export const crlMessage = { path: ['clientCrl'], message: 'there is no clientCa whose list it could be' };

/** Names of certificates (CN or alternative name) or their SHA-256 fingerprints. */
export const certificateNames = z.array(z.string().min(1)).default([]);

/** How a client reaches a server over TLS. Without `ca`: whom the system trusts. */
export const clientTls = z
  .strictObject({
    ca: certificateFile.optional(),
    certificate: certificateFile.optional(),
    key: secretFile.optional(),
    /** Revocation lists of those authorities; without one nobody is revoked. */
    crl: certificateFile.optional(),
  })
  .refine(({ certificate, key }) => (certificate === undefined) === (key === undefined), {
    path: ['key'],
    message: 'a certificate and its key go together',
  })
  .refine(({ ca, crl }) => crl === undefined || ca !== undefined, {
    path: ['crl'],
    message: 'there is no ca whose list it could be',
  });

/** What a replica is told of TLS in CHANGE MASTER. The files are those of the database's host: nobody here reads them. */
export const replicationTls = z.strictObject({
  ca: z.string().min(1),
  certificate: z.string().min(1).optional(),
  key: z.string().min(1).optional(),
  crl: z.string().min(1).optional(),
  /** False: a certificate of that CA for another host will do as well. */
  verifyServer: z.boolean().default(true),
});
