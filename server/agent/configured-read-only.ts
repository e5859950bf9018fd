import { execFile } from 'node:child_process';

/** Reading a few files takes milliseconds. */
const timeoutMs = 2_000;
/** The groups that mariadbd reads (https://mariadb.com/kb/en/configuring-mariadb-with-option-files/#server-option-groups). */
const groups = ['mysqld', 'server', 'mariadb', 'mariadbd'];

/**
 * read_only as an options file has it, with all that it includes, as mariadbd would read it; null where it does not say, or
 * can't be read. What is given on the command line of mariadbd is not in it.
 */
export async function configuredReadOnly(optionsFile: string): Promise<boolean | null> {
  return await new Promise((resolve) => {
    execFile('my_print_defaults', [`--defaults-file=${optionsFile}`, ...groups], { timeout: timeoutMs }, (error, out) =>
      resolve(error ? null : readOnlyOf(out)),
    );
  });
}

/** The last word on read_only among options as my_print_defaults prints them, one a line. */
export function readOnlyOf(printed: string): boolean | null {
  const words = printed.split('\n').flatMap((line) => {
    const match = /^--(?:(skip|enable|disable)[-_])?read[-_]only(?:=(.*))?$/i.exec(line.trim());
    if (!match) return [];
    const [, prefix, value = '1'] = match;
    const on = !['0', 'OFF', 'FALSE', 'NO'].includes(value.trim().toUpperCase());
    return [/^(skip|disable)$/i.test(prefix ?? '') ? false : on];
  });
  return words.at(-1) ?? null;
}
