import type { TableChecksums } from '../contract/galera-agent.ts';
import type { Connection } from './connection.ts';
import { text } from './row.ts';
import { SqlError } from './sql-error.ts';
import { bounded, identifier } from './statement.ts';

/** What belongs to the server and not to its users. */
const SYSTEM = ['mysql', 'sys', 'information_schema', 'performance_schema'];

/** The server ends a statement at its bound; a connection that is only left would have it read on to the table's end. */
const ABORT_MS = 1_000;
/** ER_STATEMENT_TIMEOUT (https://mariadb.com/kb/en/mariadb-error-code-reference/). */
const STATEMENT_TIMEOUT = 1969;

/**
 * Checksums of the users' tables on a Galera node, small ones first, for as long as `budgetMs` lasts; what did not fit is
 * counted. The node has first applied what was committed anywhere (wsrep_sync_wait). Rejects with SqlError.
 */
export async function tableChecksums(connection: Connection, budgetMs: number): Promise<TableChecksums> {
  const end = performance.now() + budgetMs;
  const left = (): number => end - performance.now();
  await connection.query('SET SESSION wsrep_sync_wait=1', { timeoutMs: left() });
  const rows = await connection.query(
    `SELECT TABLE_SCHEMA AS db, TABLE_NAME AS name FROM information_schema.TABLES
      WHERE TABLE_TYPE='BASE TABLE' AND TABLE_SCHEMA NOT IN (${SYSTEM.map((name) => `'${name}'`).join(', ')})
      ORDER BY DATA_LENGTH, TABLE_SCHEMA, TABLE_NAME`,
    { timeoutMs: left() },
  );
  const tables: Record<string, string> = {};
  for (const row of rows) {
    const name = `${identifier(text(row, 'db'))}.${identifier(text(row, 'name'))}`;
    try {
      if (left() <= 0) break;
      const seconds = Math.max(0.001, left() / 1_000);
      const { sql } = bounded('max_statement_time', seconds, `CHECKSUM TABLE ${name}`);
      const [sum] = await connection.query(sql, { timeoutMs: left() + ABORT_MS });
      tables[`${text(row, 'db')}.${text(row, 'name')}`] = text(sum ?? {}, 'Checksum');
    } catch (error) {
      // What was read until then stands.
      if (error instanceof SqlError && (error.kind === 'deadline' || error.errno === STATEMENT_TIMEOUT)) break;
      throw error;
    }
  }
  return { tables, skipped: rows.length - Object.keys(tables).length };
}
