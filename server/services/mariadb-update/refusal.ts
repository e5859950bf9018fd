import type { LocalServer } from '../../mariadb/local-server.ts';

/**
 * Why the update must not touch this server, or null. It works as an account that ignores read_only and writes to system
 * tables: on a replica each such write is a transaction that the primary does not have, and ends replication.
 */
export function refusal(server: LocalServer): string | null {
  if (server.connections.length > 0) return 'this server replicates from another one';
  return server.readOnly ? 'this server is read-only' : null;
}
