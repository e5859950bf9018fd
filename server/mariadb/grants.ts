import type { MariadbVersion } from './version.ts';

/** The accounts that Baton uses on a server, by what they are for. */
export type AccountPurpose = 'observe' | 'operate' | 'replication';

interface Requirement {
  readonly privilege: string;
  /** False: without it something smaller is missing, which `needed` names. */
  readonly required: boolean;
  readonly needed: string;
}

const required = (privilege: string, needed: string): Requirement => ({ privilege, required: true, needed });
const optional = (privilege: string, needed: string): Requirement => ({ privilege, required: false, needed });

/** Least privileges, each measured alone on 10.11. */
const requirements: Readonly<Record<AccountPurpose, readonly Requirement[]>> = {
  observe: [
    required('SLAVE MONITOR', 'to see whether a server replicates, and from whom'),
    required('BINLOG MONITOR', 'to see the binary logs'),
    required('PROCESS', 'to see who is connected and who blocks'),
    optional('EVENT', "to remember a primary's events for a failover"),
    optional('REPLICATION MASTER ADMIN', 'to see the replicas a primary knows (SHOW SLAVE HOSTS)'),
  ],
  operate: [
    required('REPLICATION SLAVE ADMIN', 'to stop, point and start replication'),
    required('SLAVE MONITOR', 'to see the replication it acts on'),
    required('BINLOG MONITOR', 'to see the binary logs'),
    required('READ_ONLY ADMIN', 'to set read_only'),
    required('RELOAD', 'for RESET SLAVE and the global read lock'),
    required('CONNECTION ADMIN', 'to end the sessions of clients'),
    required('PROCESS', 'to see who is connected and who blocks'),
    optional('EVENT', 'to move events'),
    optional('SET USER', 'to keep the definer of a moved event'),
    optional('BINLOG ADMIN', 'to move events without a trace in the binary log'),
    optional('REPLICATION MASTER ADMIN', 'to open semi-synchronous replication without a wait'),
    optional('SUPER', 'to switch the event scheduler off'),
  ],
  replication: [required('REPLICATION SLAVE', 'to read the binary log of the primary')],
};

/** Names that MariaDB takes and sometimes prints for the same privilege. */
const aliases: Readonly<Record<string, string>> = {
  'REPLICATION REPLICA': 'REPLICATION SLAVE',
  'REPLICATION CLIENT': 'BINLOG MONITOR',
  'REPLICA MONITOR': 'SLAVE MONITOR',
  'REPLICATION REPLICA ADMIN': 'REPLICATION SLAVE ADMIN',
  'DELETE VERSIONING ROWS': 'DELETE HISTORY',
};

/** What SUPER did as well until 11.0 gave each act its own privilege (MDEV-29668). */
const inSuperBefore11 = [
  'SLAVE MONITOR',
  'REPLICATION SLAVE ADMIN',
  'REPLICATION MASTER ADMIN',
  'CONNECTION ADMIN',
  'BINLOG ADMIN',
  'SET USER',
];

/** What an account lacks. */
export interface MissingGrants {
  /** Without these the console does not work here, as one GRANT statement; [] when nothing lacks. */
  readonly required: readonly string[];
  /** Without these it works with a limit; a statement each and what the limit is. */
  readonly optional: readonly { readonly statement: string; readonly needed: string }[];
}

/**
 * Compares SHOW GRANTS of an account with what `purpose` needs on this version. Only privileges on *.* count: all that
 * Baton needs are global ones.
 */
export function missingGrants(
  grants: readonly string[],
  purpose: AccountPurpose,
  version: Pick<MariadbVersion, 'major' | 'minor'>,
): MissingGrants {
  const held = globalPrivileges(grants);
  const lacking = requirements[purpose].filter(({ privilege }) => !suffices(held, privilege, version));
  const account = accountOf(grants);
  const lackingRequired = lacking.filter((one) => one.required).map((one) => one.privilege);
  return {
    required: lackingRequired.length === 0 ? [] : [grantStatement(lackingRequired, account)],
    optional: lacking
      .filter((one) => !one.required)
      .map(({ privilege, needed }) => ({ statement: grantStatement([privilege], account), needed })),
  };
}

/** What an account lacks of these privileges, as one GRANT statement; null when nothing. */
export function grantOfMissing(
  grants: readonly string[],
  privileges: readonly string[],
  version: Pick<MariadbVersion, 'major' | 'minor'>,
): string | null {
  const lacking = privileges.filter((privilege) => !holdsPrivilege(grants, privilege, version));
  return lacking.length === 0 ? null : grantStatement(lacking, accountOf(grants));
}

/** What the observing account of a Galera cluster needs beside that: who is in whose component tells a split brain. */
export function componentGrant(account: string): string {
  return `GRANT SELECT ON mysql.wsrep_cluster_members TO ${account}`;
}

/** The least privileges of an account, with or without those it can do without, as one GRANT statement. */
export function leastGrants(purpose: AccountPurpose, account: string, withOptional = true): string {
  const privileges = requirements[purpose].filter((one) => withOptional || one.required).map((one) => one.privilege);
  return grantStatement(privileges, account);
}

/** True when the grants hold the privilege on *.* by any of its names, by ALL PRIVILEGES or by SUPER where that is enough. */
export function holdsPrivilege(
  grants: readonly string[],
  privilege: string,
  version: Pick<MariadbVersion, 'major' | 'minor'>,
): boolean {
  return suffices(globalPrivileges(grants), aliases[privilege] ?? privilege, version);
}

/** The line of SHOW GRANTS without password hashes. */
export function withoutSecrets(grant: string): string {
  return grant.replace(/ IDENTIFIED (BY|VIA) .*?(?= REQUIRE | WITH |$)/s, '');
}

function globalPrivileges(grants: readonly string[]): Set<string> {
  return new Set(
    grants.flatMap((line) => {
      const match = /^GRANT (.+?) ON \*\.\* TO /i.exec(line);
      const names = match?.[1]?.split(',') ?? [];
      return names.map((name) => name.trim().toUpperCase()).map((name) => aliases[name] ?? name);
    }),
  );
}

function suffices(
  held: ReadonlySet<string>,
  privilege: string,
  version: Pick<MariadbVersion, 'major' | 'minor'>,
): boolean {
  if (held.has(privilege) || held.has('ALL PRIVILEGES')) return true;
  if (!held.has('SUPER')) return false;
  // 10.11 took READ_ONLY ADMIN out of SUPER (MDEV-29596; measured: 1290 under SUPER alone).
  if (privilege === 'READ_ONLY ADMIN') return version.major === 10 && version.minor < 11;
  return version.major < 11 && inSuperBefore11.includes(privilege);
}

/** `user`@`host` as the server prints it; a role has no host. */
function accountOf(grants: readonly string[]): string {
  for (const line of grants) {
    const match = / TO ([`'].*?[`']@[`'].*?[`'])/.exec(line);
    if (match?.[1]) return match[1];
  }
  return "'user'@'host'";
}

function grantStatement(privileges: readonly string[], account: string): string {
  return `GRANT ${privileges.join(', ')} ON *.* TO ${account}`;
}
