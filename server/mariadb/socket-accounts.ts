import type { Connection } from './connection.ts';
import { withoutBinlog } from './events-move.ts';
import { passwordHash } from './replication-account.ts';
import { plainLiteral } from './statement.ts';

/** An account that signs in over the socket; "" is no password, and then the system's user has its name. */
export interface SocketAccount {
  readonly user: string;
  readonly password: string;
}

/**
 * Lets an account in over the socket, as the administrator that it is in a server's own options file: this way in is added
 * to those that it has (from 10.4, MDEV-11340), and it is made where there is none. The password itself stands in no
 * statement. Rejects with SqlError.
 */
export async function admitAtSocket(connection: Connection, account: SocketAccount, timeoutMs: number): Promise<void> {
  const name = `${plainLiteral(account.user)}@'localhost'`;
  const way =
    account.password === ''
      ? 'unix_socket'
      : `mysql_native_password USING ${plainLiteral(passwordHash(account.password))}`;
  await connection.query(withoutBinlog().sql, { timeoutMs });
  const known = await connection.query(
    `SELECT 1 AS known FROM mysql.user WHERE User=${plainLiteral(account.user)} AND Host='localhost'`,
    { timeoutMs },
  );
  if (known.length > 0) {
    const [created = {}] = await connection.query(`SHOW CREATE USER ${name}`, { timeoutMs });
    const ways = [way, ...waysIn(String(Object.values(created)[0]))].join(' OR ');
    await connection.query(`ALTER USER ${name} IDENTIFIED VIA ${ways}`, { timeoutMs });
    return;
  }
  await connection.query(`CREATE USER ${name} IDENTIFIED VIA ${way}`, { timeoutMs });
  await connection.query(`GRANT ALL PRIVILEGES ON *.* TO ${name} WITH GRANT OPTION`, { timeoutMs });
}

/** How an account may sign in, out of SHOW CREATE USER; none where it needs nothing. */
export function waysIn(created: string): string[] {
  const [, by] = / IDENTIFIED BY PASSWORD ('(?:[^'\\]|\\.|'')*')/.exec(created) ?? [];
  if (by !== undefined) return [`mysql_native_password USING ${by}`];
  const [, via] = / IDENTIFIED VIA (.+?)(?: REQUIRE | WITH | PASSWORD EXPIRE| ACCOUNT |$)/.exec(created) ?? [];
  return via === undefined ? [] : [via];
}

/** Name of the account that a first copy is set up with; it is gone before the copy is in its place. */
export const SETUP_USER = 'baton-init';

/**
 * What a server runs at its start to have that account, whatever accounts its data bring (--init-file: one statement a
 * line, with every privilege, before anybody may connect). It holds a hash, not the password.
 */
export function setupAccountFile(password: string): string {
  const name = `'${SETUP_USER}'@'localhost'`;
  return [
    'SET SESSION sql_log_bin=0;',
    `CREATE OR REPLACE USER ${name} IDENTIFIED VIA mysql_native_password USING ${plainLiteral(passwordHash(password))};`,
    `GRANT ALL PRIVILEGES ON *.* TO ${name} WITH GRANT OPTION;`,
    '',
  ].join('\n');
}

/** Takes it out again. Rejects with SqlError. */
export async function dropSetupAccount(connection: Connection, timeoutMs: number): Promise<void> {
  await connection.query(withoutBinlog().sql, { timeoutMs });
  await connection.query(`DROP USER '${SETUP_USER}'@'localhost'`, { timeoutMs });
}
