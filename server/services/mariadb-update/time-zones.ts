import { countTimeZones, askLocalServer } from '../../mariadb/local-server.ts';
import { runTool, targetArguments, type ToolTarget } from './tool.ts';

/** Where Debian's tzdata, and every other system's, has them. */
const zoneDirectory = '/usr/share/zoneinfo';
const timeoutMs = 10_000;

/**
 * Loads the time zones of the machine where the server knows fewer, and answers what was done. Fewer, not none: a load
 * that was ended half-way is done again.
 * They are not written to the binary log: that would be 7,083 transactions for the replicas (measured on 10.11) in the
 * moment after a takeover. Each server loads its own when it becomes a primary.
 */
export async function loadTimeZones(target: ToolTarget): Promise<string> {
  const sql = await runTool('mariadb-tzinfo-to-sql', ['--skip-write-binlog', zoneDirectory], { capture: true });
  const offered = sql.split('INSERT INTO time_zone_name ').length - 1;
  const known = await askLocalServer(target, timeoutMs, (asked) => countTimeZones(asked, timeoutMs));
  if (known >= offered) return `${known} time zones are loaded already`;
  await runTool('mariadb', [...targetArguments(target), 'mysql'], { input: sql });
  return `${offered} time zones loaded, without the binary log`;
}
