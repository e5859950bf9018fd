import type { ClusterSnapshot, ProblemCode, ServerSnapshot } from '../../server/contract/snapshot.ts';

const reasons: ReadonlySet<ProblemCode> = new Set(['replica-not-following', 'errant-transactions']);

/**
 * Whether a rejoin is offered on the server's row: it answers, another server is the primary and answers, and it follows
 * neither that nor anybody who does, or has transactions of its own, whose list is there.
 */
export function offersRejoin(server: ServerSnapshot, cluster: ClusterSnapshot): boolean {
  const primary = cluster.servers.find(({ name }) => name === cluster.primary);
  if (!primary || primary.name === server.name || primary.state !== 'up' || server.state !== 'up') return false;
  if (cluster.operationId !== null) return false;
  const lost = cluster.problems.some(({ code, server: of }) => reasons.has(code) && of === server.name);
  // A second one that takes writes: an old primary that nobody could fence.
  return lost || server.role === 'primary';
}
