import type { TableChecksums } from '../contract/galera.ts';
import type { Connection } from './connection.ts';
import { text } from './row.ts';
import { SqlError } from './sql-error.ts';
import { identifier } from './statement.ts';

/** What belongs to the server and not to its users. */
const SYSTEM = ['mysql', 'sys', 'information_schema', 'performance_schema'];

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
      const [sum] = await connection.query(`CHECKSUM TABLE ${name}`, { timeoutMs: left() });
      tables[`${text(row, 'db')}.${text(row, 'name')}`] = text(sum ?? {}, 'Checksum');
    } catch (error) {
      // The connection is gone with the statement that took too long: what was read until then stands.
      if (error instanceof SqlError && error.kind === 'deadline') break;
      throw error;
    }
  }
  return { tables, skipped: rows.length - Object.keys(tables).length };
}
