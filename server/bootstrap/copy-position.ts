import { formatGtidList, parseGtidList } from '../mariadb/gtid.ts';

/** Where mariadb-backup writes the binary log's position: the second name until 10.11, the first from 11.1 on. */
export const POSITION_FILES = ['mariadb_backup_binlog_info', 'xtrabackup_binlog_info'] as const;

/**
 * The GTID position in the text of such a file ("bin.000005⇥336⇥0-1-1666"; one line, or more for several domains).
 * null where there is none: the source has no binary log, or the file is not whole.
 */
export function copyPosition(text: string): string | null {
  const [, , ...rest] = text.split('\t');
  const list = parseGtidList(rest.join('').replaceAll(/\s/g, ''));
  return list === null || list.length === 0 ? null : formatGtidList(list);
}
