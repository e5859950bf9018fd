import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface SandboxAccount {
  readonly user: string;
  readonly password: string;
  /** Holds the password alone, mode 0600. */
  readonly passwordFile: string;
}

export type AccountName = 'root' | 'app' | 'observe' | 'operate' | 'replication' | 'agent';
export type SandboxAccounts = Readonly<Record<AccountName, SandboxAccount>>;

const USERS: Readonly<Record<AccountName, string>> = {
  root: 'root',
  app: 'app',
  observe: 'baton_view',
  operate: 'baton_operate',
  replication: 'replication_user',
  agent: 'baton_agent',
};

/** The least privileges each account works with, each one measured on 10.11. */
const GRANTS = {
  app: 'SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX, LOCK TABLES, EVENT, TRIGGER ON shop.*',
  // EVENT: a failover moves the events of a primary that can no longer be asked.
  observe: 'SLAVE MONITOR, BINLOG MONITOR, PROCESS, EVENT ON *.*',
  operate:
    'REPLICATION SLAVE ADMIN, SLAVE MONITOR, BINLOG MONITOR, READ_ONLY ADMIN, RELOAD, CONNECTION ADMIN, PROCESS, ' +
    // Semi-sync and SHOW SLAVE HOSTS; moving events without a trace in the binlog; event_scheduler.
    'REPLICATION MASTER ADMIN, EVENT, SET USER, BINLOG ADMIN, SUPER ON *.*',
  replication: 'REPLICATION SLAVE ON *.*',
} as const;

/** Makes random passwords and writes them below `directory` (0700), a file each (0600). */
export async function createAccounts(directory: string): Promise<SandboxAccounts> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  return await eachAccount(async (name) => {
    const passwordFile = join(directory, name);
    // Letters and digits only: safe unquoted in options files and URLs.
    const password = randomBytes(18).toString('hex');
    await writeFile(passwordFile, password, { mode: 0o600 });
    return { user: USERS[name], password, passwordFile };
  });
}

/** The accounts of a cluster that was made earlier. Throws when a password file is missing. */
export async function readAccounts(directory: string): Promise<SandboxAccounts> {
  return await eachAccount(async (name) => {
    const passwordFile = join(directory, name);
    return { user: USERS[name], password: (await readFile(passwordFile, 'utf8')).trim(), passwordFile };
  });
}

async function eachAccount(make: (name: AccountName) => Promise<SandboxAccount>): Promise<SandboxAccounts> {
  return {
    root: await make('root'),
    app: await make('app'),
    observe: await make('observe'),
    operate: await make('operate'),
    replication: await make('replication'),
    agent: await make('agent'),
  };
}

/**
 * Statements that create the accounts on a server fresh from the template. Run on each server with the binlog off, as
 * after a first copy: no account then depends on where a replica began.
 */
export function accountStatements(accounts: SandboxAccounts, secure = false): string[] {
  const { root, agent } = accounts;
  const remote = (['app', 'observe', 'operate', 'replication'] as const).flatMap((name) => [
    `CREATE USER '${accounts[name].user}'@'%' IDENTIFIED BY '${accounts[name].password}'`,
    `GRANT ${GRANTS[name]} TO '${accounts[name].user}'@'%'`,
  ]);
  return [
    'SET sql_log_bin=0',
    // The anonymous account would take local sign-ins before the accounts of '%'.
    "DROP USER IF EXISTS ''@'localhost', 'root'@'::1', 'root'@'127.0.0.1'",
    ...remote,
    ...(secure ? [`ALTER USER '${accounts.replication.user}'@'%' REQUIRE X509`] : []),
    // mariadb-upgrade and the time zones need as much as root; without name resolution 'localhost' means the socket alone.
    `CREATE USER '${agent.user}'@'localhost' IDENTIFIED BY '${agent.password}'`,
    `GRANT ALL PRIVILEGES ON *.* TO '${agent.user}'@'localhost' WITH GRANT OPTION`,
    `CREATE USER 'root'@'127.0.0.1' IDENTIFIED BY '${root.password}'`,
    "GRANT ALL PRIVILEGES ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION",
    `ALTER USER 'root'@'localhost' IDENTIFIED BY '${root.password}'`,
  ];
}
