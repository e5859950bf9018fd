import { createHash } from 'node:crypto';
import type { Connection } from './connection.ts';
import { text } from './row.ts';
import { SqlError } from './sql-error.ts';
import { plainLiteral } from './statement.ts';

/** What a replica must show beside its password. */
export type RequiredTls = 'none' | 'ssl' | 'x509';

export interface AccountName {
  readonly user: string;
  /** The host part: '%' is anybody's. */
  readonly from: string;
}

/** The replication account as the server has it. */
export interface ReplicationAccount {
  /** Hashes of the passwords that are taken, the newest first. */
  readonly hashes: readonly string[];
  readonly require: RequiredTls | 'other';
  readonly mayReplicate: boolean;
}

/** Unknown users: 1133 (10.11), 1141, 1269 or 1396, by statement and version. */
const NO_SUCH_USER = [1133, 1141, 1269, 1396];

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
  try {
    const [created] = await connection.query(`SHOW CREATE USER ${account(name)}`, { timeoutMs });
    const grants = await connection.query(`SHOW GRANTS FOR ${account(name)}`, { timeoutMs });
    const line = created ? text(created, Object.keys(created)[0] ?? '') : '';
    return {
      hashes: [...line.matchAll(/'(\*[0-9A-F]{40})'/g)].flatMap((match) => match[1] ?? []),
      require: requirementIn(line),
      mayReplicate: grants.some((row) =>
        /^GRANT (?:.*, )?(?:REPLICATION (?:SLAVE|REPLICA)|ALL PRIVILEGES)(?:,| ON) ?.*\*\.\* TO/.test(
          String(Object.values(row)[0]),
        ),
      ),
    };
  } catch (error) {
    if (error instanceof SqlError && NO_SUCH_USER.includes(error.errno)) return null;
    throw error;
  }
}

/**
 * Makes the account, or changes it, so that it takes these passwords (by their hashes; from 10.4 there may be several,
 * MDEV-11340), asks for that TLS and may replicate, and nothing else. Rejects with SqlError.
 */
export async function writeReplicationAccount(
  connection: Connection,
  name: AccountName,
  wanted: { readonly hashes: readonly string[]; readonly require: RequiredTls; readonly exists: boolean },
  timeoutMs: number,
): Promise<void> {
  const ways = wanted.hashes.map((hash) => `mysql_native_password USING ${plainLiteral(hash)}`).join(' OR ');
  const verb = wanted.exists ? 'ALTER' : 'CREATE';
  const require = wanted.require.toUpperCase();
  await connection.query(`${verb} USER ${account(name)} IDENTIFIED VIA ${ways} REQUIRE ${require}`, { timeoutMs });
  await connection.query(`GRANT REPLICATION SLAVE ON *.* TO ${account(name)}`, { timeoutMs });
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

const account = ({ user, from }: AccountName): string => `${plainLiteral(user)}@${plainLiteral(from)}`;

function requirementIn(line: string): ReplicationAccount['require'] {
  const words = / REQUIRE (\w+)/.exec(line)?.[1]?.toUpperCase();
  if (words === undefined || words === 'NONE') return 'none';
  if (words === 'SSL') return 'ssl';
  return words === 'X509' ? 'x509' : 'other';
}
