import type { ClusterSnapshot, ServerSnapshot } from '../../server/contract/snapshot.ts';

/**
 * What has changed in a cluster since its plan was made, as sentences: a plan is for one state of affairs. Empty while
 * it is still that. Lag and positions move all the time and are no change.
 */
export function drift(before: ClusterSnapshot, now: ClusterSnapshot, target: string): string[] {
  const changes: string[] = [];
  if (before.primary !== now.primary) {
    changes.push(`The primary is ${now.primary ?? 'nobody'} now; it was ${before.primary ?? 'nobody'}.`);
  }
  for (const was of before.servers) {
    const is = now.servers.find((server) => server.name === was.name);
    changes.push(...(is === undefined ? [`${was.name} is not configured any more.`] : serverDrift(was, is, target)));
  }
  return changes;
}

function serverDrift(was: ServerSnapshot, is: ServerSnapshot, target: string): string[] {
  const changes: string[] = [];
  if (was.state !== 'unreachable' && is.state === 'unreachable') changes.push(`${is.name} can’t be reached any more.`);
  if (was.state === 'unreachable' && is.state === 'up') changes.push(`${is.name} answers again.`);
  if (is.state !== 'up' || was.state !== 'up') return changes;
  if (was.role !== is.role) changes.push(`${is.name} is ${is.role} now; it was ${was.role}.`);
  if (sources(was) !== sources(is))
    changes.push(`${is.name} follows ${sources(is) || 'nobody'} now; it followed ${sources(was) || 'nobody'}.`);
  if (is.name === target && was.promotable.possible && !is.promotable.possible) {
    changes.push(`${is.name} can’t be promoted any more: ${is.promotable.reason ?? 'no reason is given'}`);
  }
  return changes;
}

const sources = (server: ServerSnapshot): string =>
  server.replication
    .map((one) => one.primary ?? one.source)
    .toSorted()
    .join(' and ');
