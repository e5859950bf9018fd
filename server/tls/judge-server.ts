import { X509Certificate } from 'node:crypto';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import type { TlsMaterial } from './material.ts';
import { certificateProblem } from './peer.ts';
import { readRevocationLists, revocationCode, type RevocationList } from './revocation-list.ts';

/** Why the server at the other end of a handshake that went well is not taken all the same; null: it is. */
export type ServerJudge = (socket: TLSSocket) => string | null;

const judges = new WeakMap<NonNullable<TlsMaterial['crl']>, ServerJudge>();

/**
 * For a client that gives TLS no revocation lists: judges by them as OpenSSL does, each certificate up to the root by a list of its
 * issuer that holds. undefined: there are none. The same lists have the same judge, who throws where they can't be read.
 */
function judgeBy({ crl }: TlsMaterial): ServerJudge | undefined {
  if (crl === undefined) return undefined;
  const known = judges.get(crl);
  if (known) return known;
  let lists: RevocationList[] | null = null;
  const judge: ServerJudge = (socket) => {
    lists ??= crl.flatMap(readRevocationLists);
    for (const certificate of chainOf(socket.getPeerCertificate(true))) {
      const code = revocationCode(certificate, lists, new Date());
      if (code !== null) return `its certificate ${certificateProblem(code)}`;
    }
    return null;
  };
  judges.set(crl, judge);
  return judge;
}

/** The material with the judge of its revocation lists, for such a client. */
export function withJudge(material: TlsMaterial): TlsMaterial & { readonly judge: ServerJudge | undefined } {
  return { ...material, judge: judgeBy(material) };
}

/** A root is its own issuer. */
function chainOf(leaf: DetailedPeerCertificate): X509Certificate[] {
  const chain = [leaf];
  for (let one = leaf.issuerCertificate; one && !chain.includes(one); one = one.issuerCertificate) chain.push(one);
  return chain.map(({ raw }) => new X509Certificate(raw));
}
