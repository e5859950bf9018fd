import { createHash, timingSafeEqual } from 'node:crypto';

/** The token that an Authorization header shows; "" where it shows none. */
export function bearerIn(authorization: string | undefined): string {
  return /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? '';
}

/** What is kept of a secret. */
export function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

/** Whether the digest is of what was shown. Takes as long for a wrong secret as for the right one. */
export function isDigestOf(digest: Buffer, shown: string): boolean {
  return timingSafeEqual(digestOf(shown), digest);
}
