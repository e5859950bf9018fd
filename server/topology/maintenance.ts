import type { Maintenance } from '../contract/maintenance.ts';
import type { ProblemCode } from '../contract/snapshot.ts';
import type { Finding } from './analysis/finding.ts';

/** By name of the server; what has ended may still stand here. */
export type Maintenances = ReadonlyMap<string, Maintenance>;

/** How the server is set aside at that instant (milliseconds); null: it is not, or its time is over. */
export function maintenanceAt(all: Maintenances, server: string, now: number): Maintenance | null {
  const found = all.get(server);
  return found && Date.parse(found.until) > now ? found : null;
}

/** What concerns the cluster's writes or its data, whoever works on the server that it is told of. */
const alwaysTold: ReadonlySet<ProblemCode> = new Set([
  'two-writable-primaries',
  'no-primary',
  'primary-unreachable',
  'primary-read-only',
  'errant-transactions',
  'takeover-interrupted',
]);

/** The problems without those of servers that are set aside. */
export function withoutMaintained(findings: readonly Finding[], maintained: ReadonlySet<string>): Finding[] {
  return findings.filter(({ code, server }) => server === null || !maintained.has(server) || alwaysTold.has(code));
}
