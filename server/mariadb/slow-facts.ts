import type { Connection, Row } from './connection.ts';
import { withoutSecrets } from './grants.ts';
import { number, text } from './row.ts';
import { SqlError } from './sql-error.ts';

/** What changes seldom and costs more to read: asked each 10 to 30 s, and handed in between. */
export interface SlowFacts {
  /** SHOW GRANTS of the account that reads, as the server prints them, password hashes left out. */
  readonly grants: readonly string[];
  /** SHOW SLAVE HOSTS (needs REPLICATION MASTER ADMIN); null where the account may not. */
  readonly replicaHosts: readonly { readonly serverId: number; readonly host: string; readonly port: number }[] | null;
  /** Binlog dump connections that are open now (processlist; needs PROCESS), by the address they come from. */
  readonly dumpConnections: readonly { readonly id: number; readonly user: string; readonly host: string }[];
}

/** Reads what changes seldom, in three statements. What the account may not read is null or empty, not an error. */
export async function readSlowFacts(
  connection: Connection,
  options: { readonly timeoutMs: number },
): Promise<SlowFacts> {
  const deadline = performance.now() + options.timeoutMs;
  const left = (): number => deadline - performance.now();
  const grants = await connection.query('SHOW GRANTS', { timeoutMs: left() });
  const hosts = await allowed(connection.query('SHOW SLAVE HOSTS', { timeoutMs: left() }));
  const dumps = await connection.query(
    "SELECT ID, USER, HOST FROM information_schema.PROCESSLIST WHERE COMMAND LIKE 'Binlog Dump%'",
    { timeoutMs: left() },
  );
  return {
    grants: grants.flatMap((row) => Object.values(row)).map((line) => withoutSecrets(String(line))),
    replicaHosts:
      hosts?.map((row) => ({
        serverId: number(row, 'Server_id') ?? 0,
        host: text(row, 'Host'),
        port: number(row, 'Port') ?? 3306,
      })) ?? null,
    dumpConnections: dumps.map((row) => ({
      id: number(row, 'ID') ?? 0,
      user: text(row, 'USER'),
      host: text(row, 'HOST'),
    })),
  };
}

/** The rows, or null where the account lacks the privilege (1227). */
async function allowed(rows: Promise<Row[]>): Promise<Row[] | null> {
  try {
    return await rows;
  } catch (error) {
    if (error instanceof SqlError && error.errno === 1227) return null;
    throw error;
  }
}
