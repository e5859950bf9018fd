import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { SqlTarget } from './connection.ts';

const run = promisify(execFile);

/**
 * Where and as whom the command-line programs connect with this options file: the same groups that `mariadb` reads,
 * parsed by MariaDB's own my_print_defaults, so that !include, quotes and escapes mean the same to Baton and to them.
 * Without a file the account is the one of the process. Rejects when the file can't be read.
 */
export async function socketTarget(socketPath: string, defaultsFile: string | undefined): Promise<SqlTarget> {
  const { user, password } = defaultsFile === undefined ? nobody : await clientAccount(defaultsFile);
  return { host: 'localhost', port: 0, socketPath, user: user ?? process.env['USER'] ?? 'root', password };
}

const nobody = { user: null, password: '' };

/** The account that an options file names for the command-line programs; user null: none. Rejects as socketTarget does. */
export async function clientAccount(defaultsFile: string): Promise<{ user: string | null; password: string }> {
  const lines = await printedDefaults(defaultsFile, ['client', 'client-server', 'client-mariadb']);
  const option = (name: string): string | undefined =>
    lines.findLast((line) => line.startsWith(`--${name}=`))?.slice(name.length + 3);
  return { user: option('user') ?? null, password: option('password') ?? '' };
}

/** The lines that my_print_defaults prints of an options file for these groups. Rejects when the file can't be read. */
export async function printedDefaults(defaultsFile: string, groups: readonly string[]): Promise<string[]> {
  const printed = run('my_print_defaults', [`--defaults-file=${defaultsFile}`, ...groups], { timeout: 5000 });
  const lines = await printed.then(
    ({ stdout }) => stdout.split('\n'),
    // Of the error only its code: it holds what the program printed, and that may be the password.
    (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown'),
  );
  if (typeof lines === 'string') throw new Error(`my_print_defaults could not read ${defaultsFile} (${lines})`);
  return lines;
}
