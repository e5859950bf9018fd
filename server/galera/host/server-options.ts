import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
/** Reading a few files takes milliseconds. */
const TIMEOUT_MS = 5_000;
/** The groups that mariadbd reads (https://mariadb.com/kb/en/configuring-mariadb-with-option-files/#server-option-groups). */
const GROUPS = ['mysqld', 'server', 'mariadb', 'mariadbd', 'galera'];

/** What the options file of a server says, with all that it includes: the last word on each option, by name with "_". */
export type ServerOptions = ReadonlyMap<string, string>;

/** Reads them by MariaDB's own my_print_defaults. Rejects where it can't. */
export async function readServerOptions(optionsFile: string): Promise<ServerOptions> {
  const printed = await run('my_print_defaults', [`--defaults-file=${optionsFile}`, ...GROUPS], {
    timeout: TIMEOUT_MS,
  }).catch((error: unknown) => {
    // Of the error only its code: it holds what the program printed.
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new Error(`my_print_defaults could not read ${optionsFile} (${code})`);
  });
  return optionsIn(printed.stdout);
}

/** The options that my_print_defaults printed, one a line. */
export function optionsIn(printed: string): ServerOptions {
  const options = new Map<string, string>();
  for (const line of printed.split('\n')) {
    const match = /^--([A-Za-z0-9_-]+)(?:=(.*))?$/.exec(line.trim());
    if (match) options.set((match[1] ?? '').replaceAll('-', '_'), match[2] ?? '1');
  }
  return options;
}

/** The file in which the provider keeps the last write sets, as an absolute path. */
export function writeSetCacheIn(options: ServerOptions, dataDirectory: string): string {
  const provider = options.get('wsrep_provider_options') ?? '';
  const directory =
    /gcache\.dir\s*=\s*([^;"]+)/.exec(provider)?.[1]?.trim() ?? options.get('wsrep_data_home_dir') ?? '.';
  const name = /gcache\.name\s*=\s*([^;"]+)/.exec(provider)?.[1]?.trim() ?? 'galera.cache';
  return resolve(dataDirectory, directory, name);
}

/** The options that make the next plain start a bootstrap, as they stand there. */
export function bootstrapSwitchesIn(options: ServerOptions): string[] {
  const found: string[] = [];
  const fresh = options.get('wsrep_new_cluster');
  if (fresh !== undefined && !['0', 'OFF', 'FALSE', 'NO'].includes(fresh.toUpperCase()))
    found.push(`wsrep_new_cluster=${fresh}`);
  const address = options.get('wsrep_cluster_address');
  if (address !== undefined && /^"?gcomm:\/\/"?$/.test(address.trim())) found.push('wsrep_cluster_address=gcomm://');
  return found;
}
