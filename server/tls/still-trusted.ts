import { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { pemBlocks, type TlsMaterial } from './material.ts';
import { isRevoked, readRevocationLists } from './revocation-list.ts';

/**
 * Whether the client of a connection that was let in before would be let in by this material too: by authorities and
 * revocation lists as they are now.
 */
export function stillTrusted(socket: TLSSocket, { ca, crl = [] }: TlsMaterial, now: Date): boolean {
  if (ca === undefined) return true;
  const shown = socket.getPeerX509Certificate();
  if (shown === undefined || shown.validToDate <= now) return false;
  const lists = crl.flatMap(readRevocationLists);
  const authorities = pemBlocks(ca, 'CERTIFICATE').map((pem) => new X509Certificate(pem));
  for (let one: X509Certificate | undefined = shown; one; one = one.issuerCertificate) {
    const certificate = one;
    if (isRevoked(certificate, lists)) return false;
    const issuer = authorities.find((authority) => certificate.checkIssued(authority));
    if (issuer && certificate.verify(issuer.publicKey)) return true;
  }
  return false;
}
