import type { ClusterSnapshot, Problem, ReplicationConnection } from '../../server/contract/snapshot.ts';

/** A problem as a list shows it, with the servers that have it only because of it. */
export interface FoldedProblem {
  problem: Problem;
  /** Replicas that don't receive from the primary that can't be reached. */
  alsoOn: readonly string[];
}

/** What each of these problems says of one connection; anything else on a replica has a cause of its own. */
const silentBy: Partial<Record<Problem['code'], (connection: ReplicationConnection) => boolean>> = {
  'replica-io-error': ({ ioThread }) => ioThread === 'error',
  'replica-io-connecting': ({ ioThread }) => ioThread === 'connecting',
  'primary-silent': ({ ioThread, primarySilentSeconds }) => ioThread === 'running' && primarySilentSeconds !== null,
};

/** MariaDB's numbers for a source that can't be reached: no socket, no host, no answer, the connection gone, shutdown. */
const unreachable = new Set([2002, 2003, 2005, 2006, 2013, 1053, 1158, 1159, 1160, 1161]);

/**
 * The problems of a cluster in their order, where a primary that can't be reached takes those in that are nothing but
 * its consequence: the replicas that don't receive from it. What may have another cause stays a line of its own.
 */
export function foldProblems({ problems, servers }: Pick<ClusterSnapshot, 'problems' | 'servers'>): FoldedProblem[] {
  const dead = problems.find(({ code }) => code === 'primary-unreachable');
  const primary = dead?.server ?? null;
  if (dead === undefined || primary === null) return problems.map((problem) => ({ problem, alsoOn: [] }));
  const follows = (problem: Problem): boolean => {
    const concerns = silentBy[problem.code];
    const server = servers.find(({ name }) => name === problem.server);
    if (concerns === undefined || server === undefined) return false;
    const concerned = server.replication.filter(concerns);
    return concerned.length > 0 && concerned.every((one) => one.primary === primary && !hasOtherCause(one));
  };
  const consequences = problems.filter(follows);
  const alsoOn = [...new Set(consequences.flatMap(({ server }) => server ?? []))].toSorted();
  return problems
    .filter((problem) => !consequences.includes(problem))
    .map((problem) => ({ problem, alsoOn: problem === dead ? alsoOn : [] }));
}

function hasOtherCause({ lastError }: ReplicationConnection): boolean {
  return lastError !== null && lastError.thread === 'io' && !unreachable.has(lastError.number);
}

/** "db-2 and db-3 don't receive from it"; null where nothing was taken in. */
export function alsoOnText({ alsoOn }: FoldedProblem): string | null {
  if (alsoOn.length === 0) return null;
  const names = alsoOn.join(', ').replace(/, ([^,]*)$/, ' and $1');
  return `${names} ${alsoOn.length === 1 ? 'doesn’t' : 'don’t'} receive from it`;
}
