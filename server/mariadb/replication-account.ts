import { createHash } from 'node:crypto';
import { accountText, readAccount, type AccountName, type RequiredTls } from './accounts.ts';
import type { Connection } from './connection.ts';
import { text } from './row.ts';
import { plainLiteral } from './statement.ts';

/** The replication account as the server has it. */
export interface ReplicationAccount {
  /** Hashes of the passwords that are taken, the newest first. */
  readonly hashes: readonly string[];
  readonly require: RequiredTls | 'other';
  readonly mayReplicate: boolean;
}

const sha1 = (data: Buffer): Buffer => createHash('sha1').update(data).digest();

/**
 * What mysql_native_password keeps of a password. Made here, so that the password itself is in no statement, and so in
 * no general log (https://mariadb.com/kb/en/authentication-plugin-mysql_native_password/).
 */
export function passwordHash(password: string): string {
  return `*${sha1(sha1(Buffer.from(password)))
    .toString('hex')
    .toUpperCase()}`;
}

/** The account, or null where there is none. Needs SELECT on mysql.*, as root has. Rejects with SqlError. */
export async function readReplicationAccount(
  connection: Connection,
  name: AccountName,
  timeoutMs: number,
): Promise<ReplicationAccount | null> {
  const found = await readAccount(connection, name, timeoutMs);
  return (
    found && {
      hashes: found.hashes,
      require: found.require,
      mayReplicate: found.grants.some((line) =>
        /^GRANT (?:.*, )?(?:REPLICATION (?:SLAVE|REPLICA)|ALL PRIVILEGES)(?:,| ON) ?.*\*\.\* TO/.test(line),
      ),
    }
  );
}

/**
 * Makes the account, or changes it, so that it takes these passwords (by their hashes; from 10.4 there may be several,
 * MDEV-11340), asks for that TLS and may replicate, and nothing else. Rejects with SqlError.
 */
export async function writeReplicationAccount(
  connection: Connection,
  name: AccountName,
  wanted: { readonly hashes: readonly string[]; readonly require: RequiredTls | null; readonly exists: boolean },
  timeoutMs: number,
): Promise<void> {
  const ways = wanted.hashes.map((hash) => `mysql_native_password USING ${plainLiteral(hash)}`).join(' OR ');
  const verb = wanted.exists ? 'ALTER' : 'CREATE';
  const require = wanted.require === null ? '' : ` REQUIRE ${wanted.require.toUpperCase()}`;
  await connection.query(`${verb} USER ${accountText(name)} IDENTIFIED VIA ${ways}${require}`, { timeoutMs });
  await connection.query(`GRANT REPLICATION SLAVE ON *.* TO ${accountText(name)}`, { timeoutMs });
}

/** Where the server says that replicas find it: report_host, else the address it is bound to; null where it says neither. */
export async function reportedAddress(
  connection: Connection,
  timeoutMs: number,
): Promise<{ readonly host: string; readonly port: number } | null> {
  const [row] = await connection.query(
    'SELECT @@report_host AS report, @@bind_address AS bound, @@port AS port, @@skip_networking AS no_network',
    { timeoutMs },
  );
  if (!row || ['1', 'ON'].includes(text(row, 'no_network'))) return null;
  const anybody = ['', '*', '0.0.0.0', '::'];
  const host = [text(row, 'report'), text(row, 'bound')].find((one) => !anybody.includes(one) && !one.includes(','));
  return host === undefined ? null : { host, port: Number(text(row, 'port')) };
}
