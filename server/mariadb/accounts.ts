import type { Connection } from './connection.ts';
import { text } from './row.ts';
import { SqlError } from './sql-error.ts';
import { identifier, plainLiteral } from './statement.ts';

/** What an account must show beside its password. */
export type RequiredTls = 'none' | 'ssl' | 'x509';

export interface AccountName {
  readonly user: string;
  /** The host part: '%' is anybody's. */
  readonly from: string;
}

/** An account as the server has it. */
export interface Account {
  /** Hashes of the passwords that are taken, the newest first. */
  readonly hashes: readonly string[];
  readonly require: RequiredTls | 'other';
  /** SHOW GRANTS, a line each. */
  readonly grants: readonly string[];
}

/** Rights on one thing: "*.*", "database.*" or "database.table", and the names of the privileges in capitals. */
export interface Grant {
  readonly on: string;
  readonly privileges: readonly string[];
}

/** Unknown users: 1133 (10.11), 1141, 1269 or 1396, by statement and version. */
const NO_SUCH_USER = [1133, 1141, 1269, 1396];

/** 'user'@'host', as a statement names it. */
export const accountText = ({ user, from }: AccountName): string => `${plainLiteral(user)}@${plainLiteral(from)}`;

/** The account, or null where there is none. Needs SELECT on mysql.*, as root has. Rejects with SqlError. */
export async function readAccount(
  connection: Connection,
  name: AccountName,
  timeoutMs: number,
): Promise<Account | null> {
  try {
    const [created] = await connection.query(`SHOW CREATE USER ${accountText(name)}`, { timeoutMs });
    const grants = await connection.query(`SHOW GRANTS FOR ${accountText(name)}`, { timeoutMs });
    const line = created ? text(created, Object.keys(created)[0] ?? '') : '';
    return {
      hashes: [...line.matchAll(/'(\*[0-9A-F]{40})'/g)].flatMap((match) => match[1] ?? []),
      require: requirementIn(line),
      grants: grants.map((row) => String(Object.values(row)[0])),
    };
  } catch (error) {
    if (error instanceof SqlError && NO_SUCH_USER.includes(error.errno)) return null;
    throw error;
  }
}

/** Makes an account without any right, which takes the password of this hash. Rejects with SqlError. */
export async function createAccount(
  connection: Connection,
  name: AccountName,
  wanted: { readonly hash: string; readonly require: RequiredTls },
  timeoutMs: number,
): Promise<void> {
  await connection.query(
    `CREATE USER ${accountText(name)} IDENTIFIED VIA mysql_native_password USING ${plainLiteral(wanted.hash)}
     REQUIRE ${wanted.require.toUpperCase()}`,
    { timeoutMs },
  );
}

/** Gives an account the password of this hash, and no other. Rejects with SqlError. */
export async function setPasswordHash(
  connection: Connection,
  name: AccountName,
  hash: string,
  timeoutMs: number,
): Promise<void> {
  await connection.query(
    `ALTER USER ${accountText(name)} IDENTIFIED VIA mysql_native_password USING ${plainLiteral(hash)}`,
    { timeoutMs },
  );
}

/** What of a grant these lines of SHOW GRANTS do not hold; [] where nothing lacks. */
export function lackingPrivileges(lines: readonly string[], { on, privileges }: Grant): string[] {
  const held = new Set(
    lines.flatMap((line) => {
      const [, names = '', thing = ''] = /^GRANT (.+?) ON (.+?) TO [`']/.exec(line) ?? [];
      return thing === grantedThing(on) ? names.split(',').map((name) => name.trim().toUpperCase()) : [];
    }),
  );
  if (held.has('ALL PRIVILEGES')) return [];
  return privileges.filter((privilege) => !held.has(privilege) && privilege !== 'USAGE');
}

/** Grants these privileges on that thing, none of which is another statement's text. Rejects with SqlError. */
export async function grantPrivileges(
  connection: Connection,
  name: AccountName,
  { on, privileges }: Grant,
  timeoutMs: number,
): Promise<void> {
  if (!privileges.every((privilege) => /^[A-Z][A-Z ]*$/.test(privilege))) throw new Error('not a privilege');
  await connection.query(`GRANT ${privileges.join(', ')} ON ${grantedThing(on)} TO ${accountText(name)}`, {
    timeoutMs,
  });
}

/**
 * What a grant is on, as SHOW GRANTS prints it. In the name of a whole database _ and % stand for others
 * (https://mariadb.com/kb/en/grant/#database-privileges): escaped, `my_db` is not `mySdb` as well.
 */
function grantedThing(on: string): string {
  if (on === '*.*') return on;
  const [database = '', table = ''] = on.split('.');
  if (table !== '*') return `${identifier(database)}.${identifier(table)}`;
  return `${identifier(database.replaceAll(/[_%\\]/g, String.raw`\$&`))}.*`;
}

/** Whether the server has a database of that name. Rejects with SqlError. */
export async function hasDatabase(connection: Connection, name: string, timeoutMs: number): Promise<boolean> {
  const [row] = await connection.query(
    'SELECT COUNT(*) AS found FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = ?',
    {
      timeoutMs,
      values: [name],
    },
  );
  return row?.['found'] !== undefined && Number(row['found']) > 0;
}

/** Makes a database, with the server's own character set where none is named. Rejects with SqlError. */
export async function createDatabase(
  connection: Connection,
  wanted: {
    readonly name: string;
    readonly characterSet?: string | undefined;
    readonly collation?: string | undefined;
  },
  timeoutMs: number,
): Promise<void> {
  const characterSet = wanted.characterSet === undefined ? '' : ` CHARACTER SET ${identifier(wanted.characterSet)}`;
  const collation = wanted.collation === undefined ? '' : ` COLLATE ${identifier(wanted.collation)}`;
  await connection.query(`CREATE DATABASE IF NOT EXISTS ${identifier(wanted.name)}${characterSet}${collation}`, {
    timeoutMs,
  });
}

function requirementIn(line: string): Account['require'] {
  const words = / REQUIRE (\w+)/.exec(line)?.[1]?.toUpperCase();
  if (words === undefined || words === 'NONE') return 'none';
  if (words === 'SSL') return 'ssl';
  return words === 'X509' ? 'x509' : 'other';
}
