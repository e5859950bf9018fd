import { readFile } from 'node:fs/promises';
import type { WantedAccount, WantedAccounts, WantedDatabase } from '../../contract/accounts.ts';
import {
  createAccount,
  createDatabase,
  grantPrivileges,
  hasDatabase,
  lackingPrivileges,
  readAccount,
  setPasswordHash,
} from '../../mariadb/accounts.ts';
import type { Connection } from '../../mariadb/connection.ts';
import { passwordHash } from '../../mariadb/replication-account.ts';

const STATEMENT_MS = 30_000;

/**
 * Makes what is missing of these databases and accounts, and answers a sentence for each that was not as it should be.
 * They go to the replicas through the binary log: after a takeover they are needed there. A second time nothing is written.
 * An account that is there keeps its password: somebody may have changed it since, and it is changed only when asked.
 */
export async function ensureAccounts(
  connection: Connection,
  wanted: WantedAccounts,
  options: { readonly setPasswords: boolean },
): Promise<string[]> {
  const done: string[] = [];
  for (const database of wanted.databases) done.push(...(await ensureDatabase(connection, database)));
  for (const account of wanted.users) done.push(...(await ensureAccount(connection, account, options.setPasswords)));
  return done;
}

async function ensureDatabase(connection: Connection, database: WantedDatabase): Promise<string[]> {
  if (await hasDatabase(connection, database.name, STATEMENT_MS)) return [];
  await createDatabase(connection, database, STATEMENT_MS);
  return [`database ${database.name} made`];
}

async function ensureAccount(connection: Connection, account: WantedAccount, setPasswords: boolean): Promise<string[]> {
  const { user, from, require } = account;
  const name = { user, from };
  const shown = `${user}@${from}`;
  const hash = passwordHash(await readPassword(account));
  const found = await readAccount(connection, name, STATEMENT_MS);
  const done: string[] = [];
  if (found === null) {
    await createAccount(connection, name, { hash, require }, STATEMENT_MS);
    done.push(`${shown} created`);
  } else if (!found.hashes.includes(hash)) {
    if (setPasswords) await setPasswordHash(connection, name, hash, STATEMENT_MS);
    done.push(
      setPasswords
        ? `${shown} has the password of ${account.passwordFile} now`
        : `${shown} keeps its password, which is not the one in ${account.passwordFile} (--set-passwords)`,
    );
  }
  for (const grant of account.grants) {
    const lacking = lackingPrivileges(found?.grants ?? [], grant);
    if (lacking.length === 0) continue;
    await grantPrivileges(connection, name, { on: grant.on, privileges: lacking }, STATEMENT_MS);
    done.push(`${shown} may ${lacking.join(', ')} on ${grant.on}`);
  }
  return done;
}

async function readPassword({ user, passwordFile }: WantedAccount): Promise<string> {
  const password = (await readFile(passwordFile, 'utf8')).replace(/\r?\n$/, '');
  if (password === '') throw new Error(`${passwordFile}, the password of ${user}, is empty`);
  return password;
}
