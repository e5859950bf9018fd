import { TLSSocket } from 'node:tls';
import type { X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';

/** The certificate that a client showed, as a listener with a certificate authority sees it. */
export type Peer =
  | { readonly kind: 'absent' }
  /** `reason` as a predicate: "is revoked". */
  | { readonly kind: 'refused'; readonly subject: string; readonly reason: string }
  | {
      readonly kind: 'good';
      readonly subject: string;
      readonly names: readonly string[];
      readonly fingerprint: string;
    };

/** OpenSSL's words for what is wrong with a certificate; all others are shown as they are. */
const reasons: Readonly<Record<string, string>> = {
  CERT_REVOKED: 'is revoked',
  CERT_HAS_EXPIRED: 'has expired',
  CERT_NOT_YET_VALID: 'is not valid yet',
  INVALID_PURPOSE: 'is not one for clients',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'is of another authority (it is signed by itself)',
  SELF_SIGNED_CERT_IN_CHAIN: 'is of another authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'is of another authority',
  UNABLE_TO_GET_ISSUER_CERT: 'is of another authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'is of another authority',
  CERT_SIGNATURE_FAILURE: 'is of another authority',
  UNABLE_TO_GET_CRL: 'can’t be checked: there is no revocation list of its authority here',
  CRL_HAS_EXPIRED: 'can’t be checked: the revocation list here has expired',
};

/** What OpenSSL found wrong with a certificate, as a predicate. */
export function certificateProblem(code: string): string {
  return reasons[code] ?? `is not accepted (${code})`;
}

/** What OpenSSL found wrong with the certificate at the other end, as its code; null: nothing. */
export function chainProblem(socket: TLSSocket): string | null {
  if (socket.authorized) return null;
  // Declared as Error; a server's socket has the code alone, a client's the error with it.
  const found: unknown = socket.authorizationError;
  return String(typeof found === 'object' && found !== null && 'code' in found ? found.code : found);
}

/**
 * Who is at the other end. A connection that stays open outlives what was verified at its beginning, so the end of the
 * certificate's life is looked at anew each time.
 */
export function peerOf(socket: Socket, now: Date): Peer {
  const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
  if (!(socket instanceof TLSSocket) || certificate === undefined) return { kind: 'absent' };
  const subject = subjectOf(certificate);
  const problem = chainProblem(socket);
  if (problem !== null) return { kind: 'refused', subject, reason: certificateProblem(problem) };
  if (certificate.validToDate <= now)
    return { kind: 'refused', subject, reason: certificateProblem('CERT_HAS_EXPIRED') };
  return {
    kind: 'good',
    subject,
    names: namesOf(certificate),
    fingerprint: plainFingerprint(certificate.fingerprint256),
  };
}

/** "CN=db-1, O=Example". */
export function subjectOf(certificate: X509Certificate): string {
  return certificate.subject?.replaceAll('\n', ', ') || 'no subject';
}

/** Common names and alternative names (DNS, IP address, URI). */
export function namesOf(certificate: X509Certificate): string[] {
  const common = (certificate.subject ?? '').split('\n').flatMap((part) => /^CN=(.+)$/.exec(part)?.[1] ?? []);
  // Node puts a value in quotes, as JSON, where it holds what could be taken for the next entry.
  const entries = (certificate.subjectAltName ?? '').matchAll(/(?:DNS|IP Address|URI):("(?:[^"\\]|\\.)*"|[^,]*)/g);
  const others = [...entries].map(([, value = '']) => (value.startsWith('"') ? String(JSON.parse(value)) : value));
  return [...new Set([...common, ...others])];
}

/** A SHA-256 fingerprint in one spelling: 64 small hexadecimal digits. */
export function plainFingerprint(text: string): string {
  return text.replaceAll(':', '').toLowerCase();
}
