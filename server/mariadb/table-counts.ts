import type { Connection } from './connection.ts';
import { number, text } from './row.ts';

const SYSTEM = "('information_schema', 'mysql', 'performance_schema', 'sys')";

/**
 * How many base tables each database has, the system's left out; a database without any is not named. null where the
 * account may not see all of them: information_schema shows an account only what it has a privilege on. Reads the
 * definition of each table, so it takes a while where there are very many. Rejects with SqlError.
 */
export async function countTables(connection: Connection, timeoutMs: number): Promise<Record<string, number> | null> {
  const [may] = await connection.query(
    `SELECT COUNT(*) AS held FROM information_schema.USER_PRIVILEGES WHERE PRIVILEGE_TYPE = 'SELECT'
     AND GRANTEE = CONCAT("'", SUBSTRING_INDEX(CURRENT_USER(), '@', 1), "'@'", SUBSTRING_INDEX(CURRENT_USER(), '@', -1), "'")`,
    { timeoutMs },
  );
  if (!may || number(may, 'held') === 0) return null;
  const rows = await connection.query(
    `SELECT TABLE_SCHEMA AS name, COUNT(*) AS tables FROM information_schema.TABLES
     WHERE TABLE_TYPE NOT IN ('VIEW', 'SYSTEM VIEW', 'TEMPORARY') AND TABLE_SCHEMA NOT IN ${SYSTEM}
     GROUP BY TABLE_SCHEMA ORDER BY TABLE_SCHEMA`,
    { timeoutMs },
  );
  return Object.fromEntries(rows.map((row) => [text(row, 'name'), number(row, 'tables') ?? 0]));
}

/** Tables of one storage engine. */
export interface EngineTables {
  readonly engine: string;
  readonly tables: number;
  /** In so many databases. */
  readonly databases: number;
}

/**
 * The tables of these engines; one without any is left out. It reads definitions only where such an engine is loaded at all.
 * Rejects with SqlError.
 */
export async function tablesOfEngines(
  connection: Connection,
  engines: readonly string[],
  timeoutMs: number,
): Promise<EngineTables[]> {
  const loaded = await connection.query(
    "SELECT ENGINE AS engine FROM information_schema.ENGINES WHERE SUPPORT IN ('YES', 'DEFAULT') AND ENGINE IN (?)",
    { timeoutMs, values: [engines] },
  );
  if (loaded.length === 0) return [];
  const rows = await connection.query(
    `SELECT ENGINE AS engine, COUNT(*) AS tables, COUNT(DISTINCT TABLE_SCHEMA) AS databases_with
     FROM information_schema.TABLES WHERE ENGINE IN (?) GROUP BY ENGINE`,
    { timeoutMs, values: [loaded.map((row) => text(row, 'engine'))] },
  );
  return rows.map((row) => ({
    engine: text(row, 'engine'),
    tables: number(row, 'tables') ?? 0,
    databases: number(row, 'databases_with') ?? 0,
  }));
}

/** The names of all databases that hold something of the user: also `mysql`, with the accounts. Rejects with SqlError. */
export async function listDatabases(connection: Connection, timeoutMs: number): Promise<string[]> {
  const rows = await connection.query(
    `SELECT SCHEMA_NAME AS name FROM information_schema.SCHEMATA
     WHERE SCHEMA_NAME NOT IN ('information_schema', 'performance_schema', 'sys') ORDER BY SCHEMA_NAME`,
    { timeoutMs },
  );
  return rows.map((row) => text(row, 'name'));
}

/**
 * Where InnoDB's log ends now; null where the server does not tell. 64 bits, so as a bigint. Rejects with SqlError.
 * (Innodb_lsn_current: MariaDB 10.5, MDEV-15058.)
 */
export async function currentLsn(connection: Connection, timeoutMs: number): Promise<bigint | null> {
  const [row] = await connection.query("SHOW GLOBAL STATUS LIKE 'Innodb_lsn_current'", { timeoutMs });
  const value = row && text(row, 'Value');
  return value !== undefined && /^\d+$/.test(value) ? BigInt(value) : null;
}
