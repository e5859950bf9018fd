import type { Connection } from './connection.ts';
import { text } from './row.ts';

/** Where a server keeps its files, as it says itself. Relative paths count from the data directory. */
export interface DataFiles {
  readonly version: string;
  readonly dataDirectory: string;
  /** Beginning of the names of the binary and the relay logs; "" for none. */
  readonly binaryLogs: string;
  readonly relayLogs: string;
  /** Directories of InnoDB that may lie elsewhere, by variable. */
  readonly innodb: Readonly<Record<string, string>>;
}

const INNODB = ['innodb_data_home_dir', 'innodb_log_group_home_dir', 'innodb_undo_directory'] as const;

/** Asks the server where its files are. Rejects with SqlError. */
export async function readDataFiles(connection: Connection, timeoutMs: number): Promise<DataFiles> {
  const names = ['version', 'datadir', 'log_bin_basename', 'relay_log_basename', ...INNODB];
  const rows = await connection.query(
    `SHOW GLOBAL VARIABLES WHERE Variable_name IN (${names.map((name) => `'${name}'`).join(', ')})`,
    { timeoutMs },
  );
  const values = new Map(rows.map((row) => [text(row, 'Variable_name'), text(row, 'Value')]));
  const value = (name: string): string => values.get(name) ?? '';
  return {
    version: value('version'),
    dataDirectory: value('datadir'),
    binaryLogs: value('log_bin_basename'),
    relayLogs: value('relay_log_basename'),
    innodb: Object.fromEntries(INNODB.map((name) => [name, value(name)])),
  };
}
