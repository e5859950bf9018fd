/** Where mariadb-backup writes the span of the log in a copy: the second name until 10.11, the first from 11.1 on. */
export const checkpointFiles = ['mariadb_backup_checkpoints', 'xtrabackup_checkpoints'] as const;
/** Where it writes what it was asked for, and the binary log's position. */
export const infoFiles = ['mariadb_backup_info', 'xtrabackup_info'] as const;

/** The log sequence numbers in the text of a checkpoint file; null where it is not whole. */
export function lsnSpan(text: string): { from: string; to: string } | null {
  const from = /^from_lsn = (\d+)$/m.exec(text)?.[1];
  const to = /^to_lsn = (\d+)$/m.exec(text)?.[1];
  return from === undefined || to === undefined ? null : { from, to };
}

/**
 * What an info file says: the version of the tool, and the GTID position of the binary log at the end of the copy; null
 * where there is none. "binlog_pos = filename 'bin.000001', position '13497', GTID of the last change '0-1-7'".
 */
export function copyInfo(text: string): { toolVersion: string; gtid: string | null } {
  const gtid = /^binlog_pos = .*GTID of the last change '([0-9,-]*)'/m.exec(text)?.[1];
  return { toolVersion: /^tool_version = (\S+)$/m.exec(text)?.[1] ?? '', gtid: gtid ?? null };
}
