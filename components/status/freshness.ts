import type { ClusterSnapshot, ServerSnapshot } from '../../server/contract/snapshot.ts';

/** How old what a row says is. `stale`: older than three polls, so that it may not be the truth any more. */
export interface Freshness {
  stale: boolean;
  /** When the row's values were read; null when the server was never seen. */
  seenAt: string | null;
  ageSeconds: number | null;
}

/** A dead server's row is as fresh as the last attempt; a live one's as its last values. */
export function freshness(
  server: ServerSnapshot,
  cluster: Pick<ClusterSnapshot, 'pollSeconds'>,
  nowMs: number,
): Freshness {
  const limitMs = 3 * cluster.pollSeconds * 1000;
  const ageMs = server.observedAt === null ? null : nowMs - Date.parse(server.observedAt);
  const looked = server.state === 'unreachable' ? server.attemptedAt : server.observedAt;
  const sinceLookMs = looked === null ? null : nowMs - Date.parse(looked);
  return {
    stale: server.state === 'stale' || (sinceLookMs !== null && sinceLookMs > limitMs + attemptMs(server)),
    seenAt: server.observedAt,
    ageSeconds: ageMs === null ? null : ageMs / 1000,
  };
}

/** An attempt at a server that does not answer takes until its deadline. */
const attemptMs = (server: ServerSnapshot): number => (server.state === 'unreachable' ? 5000 : 0);
