import type { ClusterSnapshot, Problem, ServerSnapshot } from '../../contract/snapshot.ts';
import type { Roles } from '../roles.ts';
import type { ClusterView } from '../view.ts';

/** A problem without its age. */
export type Finding = Omit<Problem, 'since'>;

/** What a rule looks at: the snapshot without problems, and what it was made from. */
export interface Evidence {
  readonly snapshot: ClusterSnapshot;
  readonly view: ClusterView;
  readonly roles: Roles;
}

/** A rule finds all problems of one code. */
export type Rule = (evidence: Evidence) => Finding[];

/** The servers whose values are of now: what is known of the others says nothing about them. */
export function freshServers({ snapshot }: Evidence): ServerSnapshot[] {
  return snapshot.servers.filter((server) => server.state === 'up');
}

/** "0.4 s", "42 s", "3 min", "2.5 h", "4 days": the precision a reader can use. */
export function duration(seconds: number): string {
  if (seconds < 10) return `${Math.round(seconds * 10) / 10} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 360) / 10} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/** "1 transaction", "14 transactions". */
export function transactions(count: number): string {
  return count === 1 ? '1 transaction' : `${count} transactions`;
}
