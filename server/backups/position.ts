import { formatGtidList, parseGtidList } from '../mariadb/gtid.ts';

/**
 * The position a replica must start from after loading a dump.
 * `dumped` is the binary log's position in the dump's snapshot. A replica that was itself made from a copy has domains
 * that no event of its own binary log has touched yet: they are absent there, and its applied position, read before the
 * snapshot, is still exact for them (any change of it would have been logged). Empty text means: position unknown.
 */
export function dumpPosition(dumped: string | null, applied: string, logsReplicated: boolean): string {
  // Without log_slave_updates the binary log knows nothing of what was replicated: no position is better than a wrong one.
  if (dumped === null || (!logsReplicated && applied !== '')) return '';
  const inDump = parseGtidList(dumped) ?? [];
  const before = parseGtidList(applied) ?? [];
  const missing = before.filter((gtid) => !inDump.some((other) => other.domain === gtid.domain));
  return formatGtidList([...inDump, ...missing].toSorted((a, b) => a.domain - b.domain));
}
