import { plainFingerprint, type Peer } from './peer.ts';

/** Who may come in by certificate, and as what. An entry is a name, a SHA-256 fingerprint, or '*': all the authority vouches for. */
export interface ClientList {
  readonly console: readonly string[];
  readonly replica: readonly string[];
}

type GoodPeer = Extract<Peer, { kind: 'good' }>;

/** The role that a good certificate gives: the console may do all, a replica may only read backups; null: it is not listed. */
export function roleOf(peer: GoodPeer, list: ClientList): 'console' | 'replica' | null {
  if (list.console.some((entry) => isMeant(entry, peer))) return 'console';
  return list.replica.some((entry) => isMeant(entry, peer)) ? 'replica' : null;
}

const FINGERPRINT = /^[0-9a-f]{64}$/;

function isMeant(entry: string, { names, fingerprint }: GoodPeer): boolean {
  const plain = plainFingerprint(entry);
  // A name is only compared with names: somebody may have himself called like a fingerprint.
  return FINGERPRINT.test(plain) ? plain === fingerprint : entry === '*' || names.includes(entry);
}
