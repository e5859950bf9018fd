import { join } from 'node:path';
import type { RunAs } from '../backups/tool.ts';

/** On data that are thrown away if anything goes wrong: nothing has to be on the disk before the server has ended. */
const LOADING = [
  '--skip-log-bin',
  '--loose-innodb-flush-method=nosync',
  '--innodb-flush-log-at-trx-commit=0',
  '--innodb-doublewrite=0',
  '--max-allowed-packet=1G',
];

/** What a private server is started on. */
export interface PrivatePlace {
  readonly defaultsFile: string;
  readonly dataDirectory: string;
  readonly temporary: string;
  readonly runAs: RunAs | null;
  /** Behind all else that the machine has to do. */
  readonly yielding?: boolean;
  /** Arguments that load the storage engines which the file does not name. */
  readonly engines?: readonly string[];
}

/** The arguments of mariadbd. --defaults-file has to stand first; what stands behind it wins over the file. */
export function privateArguments(
  { defaultsFile, dataDirectory, temporary, runAs, engines = [] }: PrivatePlace,
  folder: string,
  loading: boolean,
): string[] {
  return [
    `--defaults-file=${defaultsFile}`,
    ...(runAs === null && process.geteuid?.() === 0 ? ['--user=root'] : []),
    `--datadir=${dataDirectory}`,
    `--tmpdir=${temporary}`,
    `--socket=${join(folder, 's')}`,
    `--pid-file=${join(folder, 'pid')}`,
    `--log-error=${join(folder, 'error.err')}`,
    `--init-file=${join(folder, 'init.sql')}`,
    '--skip-networking',
    '--skip-slave-start',
    '--event-scheduler=OFF',
    '--slow-query-log=0',
    '--general-log=0',
    '--read-only=0',
    '--loose-strict-password-validation=0',
    ...engines,
    ...(loading ? LOADING : []),
  ];
}
