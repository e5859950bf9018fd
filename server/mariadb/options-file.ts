import { printedDefaults } from './client-options.ts';

/** Directories of InnoDB and Aria that an options file may put elsewhere. */
const ELSEWHERE = [
  'innodb-data-home-dir',
  'innodb-log-group-home-dir',
  'innodb-undo-directory',
  'aria-log-dir-path',
] as const;

/** What an options file says that a server would be started with, as far as its first copy needs it. */
export interface FileOptions {
  /** null: the file does not say. */
  readonly dataDirectory: string | null;
  /** The account that a mariadbd which root starts becomes. */
  readonly user: string | null;
  /** Beginning of the names of the binary and the relay logs; null where the file says none, "" where it says no name. */
  readonly binaryLogs: string | null;
  readonly relayLogs: string | null;
  readonly skipsSlaveStart: boolean;
  /** Names of files below the data directory that the file puts elsewhere, with where. */
  readonly elsewhere: readonly { readonly name: string; readonly path: string }[];
}

/**
 * Reads the options that mariadbd takes from this file, parsed by MariaDB's own my_print_defaults, so that groups, !include
 * and quotes mean the same to Baton and to the server. Rejects where the file can't be read.
 */
export async function readOptionsFile(defaultsFile: string): Promise<FileOptions> {
  return fileOptions(await printedDefaults(defaultsFile, ['--mariadbd']));
}

/** The same of the lines that my_print_defaults prints: "--name=value" or "--name", dashes and underscores alike. */
export function fileOptions(lines: readonly string[]): FileOptions {
  const values = new Map<string, string | null>();
  for (const line of lines) {
    const [, name, value] = /^--(?:loose[-_])?([^=]+)(?:=(.*))?$/.exec(line.trim()) ?? [];
    if (name !== undefined) values.set(name.replaceAll('_', '-').toLowerCase(), value ?? null);
  }
  const named = (name: string): string | null => (values.has(name) ? (values.get(name) ?? '') : null);
  const isOn = (name: string): boolean => values.has(name) && !/^(0|off|false)$/i.test(values.get(name) ?? '1');
  return {
    dataDirectory: named('datadir') || null,
    user: named('user') || null,
    binaryLogs: isOn('skip-log-bin') ? null : named('log-bin'),
    relayLogs: named('relay-log'),
    skipsSlaveStart: isOn('skip-slave-start') || isOn('skip-replica-start'),
    elsewhere: ELSEWHERE.flatMap((name) => {
      const path = named(name);
      return path === null || ['', '.', './'].includes(path) ? [] : [{ name, path }];
    }),
  };
}
