import { randomInt } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { BatonError } from '../contract/errors.ts';
import { replaceFile, writeNew } from '../files/durable-file.ts';
import type { RequiredTls } from '../mariadb/accounts.ts';
import type { Connection } from '../mariadb/connection.ts';
import { observeLocalServer } from '../mariadb/local-server.ts';
import {
  passwordHash,
  readReplicationAccount,
  reportedAddress,
  writeReplicationAccount,
} from '../mariadb/replication-account.ts';

const STATEMENT_MS = 10_000;
/** As the origin makes them: nothing that a URL or an options file would read otherwise. 24 of 62 are 142 bits. */
const PASSWORD_LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const PASSWORD_LENGTH = 24;

export interface PrimaryInit {
  readonly user: string;
  readonly from: string;
  /** null: as the account has it; of a new one: nothing. */
  readonly require: RequiredTls | null;
  /** Holds the password; made where it is not there. */
  readonly passwordFile: string;
  /** Where replicas find the server; null: as the server says. */
  readonly address: { readonly host: string; readonly port: number } | null;
  /** keep: as it is; rotate: a new password beside the old one; retire: only the one in the file. */
  readonly password: 'keep' | 'rotate' | 'retire';
}

export interface InitializedPrimary {
  /** One sentence: what was done. */
  readonly text: string;
  readonly password: string;
  readonly address: { readonly host: string; readonly port: number } | null;
  /** The account asks for TLS. */
  readonly withTls: boolean;
}

/**
 * Gives a running server the account with which replicas read its binary log. Safe to repeat: what is as it should be is
 * left alone. The password is in its file before the server knows it, so that a crash between the two loses neither.
 * On a replica nothing is written: its accounts come from its primary. Rejects with BatonError, SqlError.
 */
export async function initPrimary(connection: Connection, init: PrimaryInit): Promise<InitializedPrimary> {
  const { connections } = await observeLocalServer(connection, STATEMENT_MS);
  const address = init.address ?? (await reportedAddress(connection, STATEMENT_MS));
  const known = await readPassword(init.passwordFile);
  if (connections.length > 0) {
    if (known !== null && init.password === 'keep') {
      return {
        text: 'it replicates: its accounts are its primary’s, and nothing was changed',
        password: known,
        address,
        withTls: (init.require ?? 'none') !== 'none',
      };
    }
    throw new BatonError(
      'refused',
      'This server replicates: its accounts come from its primary, and writing one here would break replication.',
      `Run it on the primary, and put the same password into ${init.passwordFile} here.`,
    );
  }
  const done = await writeAccount(connection, init, known);
  const found = await readReplicationAccount(connection, { user: init.user, from: init.from }, STATEMENT_MS);
  return { ...done, address, withTls: (found?.require ?? 'none') !== 'none' };
}

async function writeAccount(
  connection: Connection,
  init: PrimaryInit,
  known: string | null,
): Promise<{ readonly text: string; readonly password: string }> {
  const { user, from, require } = init;
  const name = { user, from };
  const found = await readReplicationAccount(connection, name, STATEMENT_MS);
  const write = async (hashes: readonly string[]): Promise<void> =>
    await writeReplicationAccount(connection, name, { hashes, require, exists: found !== null }, STATEMENT_MS);

  if (init.password === 'rotate' && found) {
    if (found.hashes.length > 1 && known !== null && found.hashes.includes(passwordHash(known))) {
      throw new BatonError(
        'refused',
        `${user} takes two passwords already, and replicas may still use the older one: nothing was changed.`,
        `Give all of them the one in ${init.passwordFile}, end the other with --retire, then rotate again.`,
      );
    }
    const password = newPassword();
    // The old file stays the truth until the server takes both: replicas go on, and reconnect, with either.
    await write([passwordHash(password), ...found.hashes]);
    await replaceFile(init.passwordFile, `${password}\n`);
    return { password, text: `${user} takes a new password, and the old one until \`baton primary init --retire\`` };
  }
  const password = known ?? newPassword();
  if (known === null) {
    if (found) {
      throw new BatonError(
        'refused',
        `There is an account ${user} already, and ${init.passwordFile} with its password is not there.`,
        'Put its password into that file, or give it a new one with --rotate.',
      );
    }
    await writeNew(init.passwordFile, `${password}\n`);
  }
  if (!found) {
    await write([passwordHash(password)]);
    return { password, text: `${user} was created, may replicate, and nothing else` };
  }
  if (!found.hashes.includes(passwordHash(password))) {
    throw new BatonError(
      'refused',
      `The password in ${init.passwordFile} is not that of ${user} on this server.`,
      'Put the right one into that file, or give the account a new one with --rotate.',
    );
  }
  const several = init.password === 'retire' && found.hashes.length > 1;
  if (!several && found.mayReplicate && (require === null || found.require === require)) {
    return { password, text: `${user} is as it should be` };
  }
  await write(several ? [passwordHash(password)] : found.hashes);
  return { password, text: several ? `${user} takes only the password in the file now` : `${user} was set right` };
}

async function readPassword(file: string): Promise<string | null> {
  try {
    const password = (await readFile(file, 'utf8')).trim();
    if (password !== '') return password;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  throw new BatonError('invalid', `${file} is empty.`, 'Remove it for a new password, or put the right one into it.');
}

function newPassword(): string {
  return Array.from({ length: PASSWORD_LENGTH }, () => PASSWORD_LETTERS[randomInt(PASSWORD_LETTERS.length)]).join('');
}
