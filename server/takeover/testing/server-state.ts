import { flag, text } from '../../mariadb/row.ts';
import type { SandboxServer } from '../../sandbox/server-process.ts';

/** For tests: whether writes are stopped there. */
export async function isReadOnly(server: SandboxServer): Promise<boolean> {
  const [row] = await server.sql('SELECT @@read_only AS read_only');
  return row !== undefined && flag(row, 'read_only') === true;
}

/** For tests: who takes writes, of those that run. */
export async function writableOf(servers: readonly SandboxServer[]): Promise<string[]> {
  const writable: string[] = [];
  for (const server of servers) if (server.alive() && !(await isReadOnly(server))) writable.push(server.name);
  return writable;
}

/** For tests: everything of a server that a takeover may change, as text, to compare before and after. */
export async function touched(server: SandboxServer): Promise<string> {
  const [row] = await server.sql(
    'SELECT @@read_only AS read_only, @@event_scheduler AS scheduler, @@gtid_slave_pos AS slave',
  );
  const statuses = await server.sql('SHOW ALL SLAVES STATUS');
  const follows = statuses.map((status) =>
    [
      'Master_Host',
      'Master_Port',
      'Master_User',
      'Slave_IO_Running',
      'Slave_SQL_Running',
      'Using_Gtid',
      'Connect_Retry',
    ]
      .map((column) => text(status, column))
      .join(' '),
  );
  const events = await server.sql(
    'SELECT CONCAT_WS(" ", EVENT_SCHEMA, EVENT_NAME, DEFINER, STATUS) AS event FROM information_schema.EVENTS ORDER BY 1',
  );
  return JSON.stringify([row, follows, events]);
}
