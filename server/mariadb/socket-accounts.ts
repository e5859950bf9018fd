import type { Connection } from './connection.ts';
import { withoutBinlog } from './events-move.ts';
import { passwordHash } from './replication-account.ts';
import { plainLiteral } from './statement.ts';

/** An account that signs in over the socket. "" is no password. */
export interface SocketAccount {
  readonly user: string;
  readonly password: string;
  /** The system's user has its name: no password is needed then. */
  readonly bySystemUser: boolean;
}

/**
 * Lets an account in over the socket, as the administrator that it is in a server's own options file: it gets this password
 * where it has another one, and is made where there is none. The password itself stands in no statement.
 * Rejects with SqlError.
 */
export async function admitAtSocket(connection: Connection, account: SocketAccount, timeoutMs: number): Promise<void> {
  const name = `${plainLiteral(account.user)}@'localhost'`;
  const way =
    account.password === '' && account.bySystemUser
      ? 'unix_socket'
      : `mysql_native_password USING ${plainLiteral(account.password === '' ? '' : passwordHash(account.password))}`;
  await connection.query(withoutBinlog().sql, { timeoutMs });
  const known = await connection.query(
    `SELECT 1 AS known FROM mysql.user WHERE User=${plainLiteral(account.user)} AND Host='localhost'`,
    { timeoutMs },
  );
  if (known.length > 0) {
    await connection.query(`ALTER USER ${name} IDENTIFIED VIA ${way}`, { timeoutMs });
    return;
  }
  await connection.query(`CREATE USER ${name} IDENTIFIED VIA ${way}`, { timeoutMs });
  await connection.query(`GRANT ALL PRIVILEGES ON *.* TO ${name} WITH GRANT OPTION`, { timeoutMs });
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
