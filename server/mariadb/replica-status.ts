import type { Row } from './connection.ts';
import type { ThreadState } from '../contract/snapshot.ts';
import { furthest, gtidList, type GtidList } from './gtid.ts';
import { number, text } from './row.ts';

/** One connection of a replica, from SHOW ALL SLAVES STATUS, read by column name (10.6 to 11.8 differ in columns). */
export interface ReplicaStatus {
  readonly connection: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly ioThread: ThreadState;
  readonly sqlThread: ThreadState;
  readonly ioError: { readonly number: number; readonly text: string } | null;
  readonly sqlError: { readonly number: number; readonly text: string } | null;
  readonly secondsBehindMaster: number | null;
  readonly usingGtid: 'no' | 'slave_pos' | 'current_pos';
  /** Last transaction received whole into the relay log. */
  readonly receivedGtid: GtidList;
  /** Last transaction applied, over all connections (@@gtid_slave_pos). */
  readonly appliedGtid: GtidList;
  readonly delaySeconds: number;
  readonly masterServerId: number;
  /** Liveness of the primary as this replica hears it: heartbeats are sent only when it is idle, events otherwise. */
  readonly receivedHeartbeats: number;
  readonly heartbeatPeriodSeconds: number;
  readonly readLogFile: string;
  readonly readLogPosition: number;
  readonly sqlState: string;
  readonly filters: readonly string[];
  /** Master_Slave_time_diff, MariaDB 11.6 and newer (MDEV-33856). */
  readonly eventTimeLagSeconds: number | null;
  readonly connectRetrySeconds: number;
  readonly ssl: {
    readonly allowed: boolean;
    readonly verifyServer: boolean;
    readonly caFile: string;
    readonly caPath: string;
    readonly certificate: string;
    readonly key: string;
    readonly cipher: string;
    readonly crl: string;
    readonly crlPath: string;
  };
}

/** All that the replica has of its source, applied or not. Since a restart the received position may be empty (measured). */
export const hasOfSource = ({ receivedGtid, appliedGtid }: ReplicaStatus): GtidList =>
  furthest(receivedGtid, appliedGtid);

const filterColumns = [
  'Replicate_Do_DB',
  'Replicate_Ignore_DB',
  'Replicate_Do_Table',
  'Replicate_Ignore_Table',
  'Replicate_Wild_Do_Table',
  'Replicate_Wild_Ignore_Table',
  'Replicate_Do_Domain_Ids',
  'Replicate_Ignore_Domain_Ids',
  'Replicate_Ignore_Server_Ids',
  'Replicate_Rewrite_DB',
];

/** The status that a row of SHOW ALL SLAVES STATUS holds. Throws on a row that has no replica columns: a bug. */
export function replicaStatus(row: Row): ReplicaStatus {
  const ioError = lastError(row, 'IO');
  const sqlError = lastError(row, 'SQL');
  return {
    connection: text(row, 'Connection_name'),
    host: text(row, 'Master_Host'),
    port: number(row, 'Master_Port') ?? 3306,
    user: text(row, 'Master_User'),
    ioThread: ioThreadState(text(row, 'Slave_IO_Running'), ioError !== null),
    sqlThread: text(row, 'Slave_SQL_Running') === 'Yes' ? 'running' : sqlError ? 'error' : 'stopped',
    ioError,
    sqlError,
    secondsBehindMaster: number(row, 'Seconds_Behind_Master'),
    usingGtid: usingGtid(text(row, 'Using_Gtid')),
    receivedGtid: gtidList(text(row, 'Gtid_IO_Pos')),
    appliedGtid: gtidList(text(row, 'Gtid_Slave_Pos')),
    delaySeconds: number(row, 'SQL_Delay') ?? 0,
    masterServerId: number(row, 'Master_Server_Id') ?? 0,
    receivedHeartbeats: number(row, 'Slave_received_heartbeats') ?? 0,
    heartbeatPeriodSeconds: number(row, 'Slave_heartbeat_period') ?? 0,
    readLogFile: text(row, 'Master_Log_File'),
    readLogPosition: number(row, 'Read_Master_Log_Pos') ?? 0,
    sqlState: text(row, 'Slave_SQL_State') || text(row, 'Slave_SQL_Running_State'),
    filters: filterColumns.flatMap((column) => (text(row, column) ? [`${column}=${text(row, column)}`] : [])),
    eventTimeLagSeconds: number(row, 'Master_Slave_time_diff'),
    connectRetrySeconds: number(row, 'Connect_Retry') ?? 60,
    ssl: {
      allowed: text(row, 'Master_SSL_Allowed') === 'Yes',
      verifyServer: text(row, 'Master_SSL_Verify_Server_Cert') === 'Yes',
      caFile: text(row, 'Master_SSL_CA_File'),
      caPath: text(row, 'Master_SSL_CA_Path'),
      certificate: text(row, 'Master_SSL_Cert'),
      key: text(row, 'Master_SSL_Key'),
      cipher: text(row, 'Master_SSL_Cipher'),
      crl: text(row, 'Master_SSL_Crl'),
      crlPath: text(row, 'Master_SSL_Crlpath'),
    },
  };
}

function lastError(row: Row, thread: 'IO' | 'SQL'): ReplicaStatus['ioError'] {
  const errno = number(row, `Last_${thread}_Errno`) ?? 0;
  return errno === 0 ? null : { number: errno, text: text(row, `Last_${thread}_Error`) };
}

function ioThreadState(word: string, failed: boolean): ThreadState {
  if (word === 'Yes') return 'running';
  if (word === 'No') return failed ? 'error' : 'stopped';
  return failed ? 'error' : 'connecting';
}

function usingGtid(word: string): ReplicaStatus['usingGtid'] {
  if (word === 'Slave_Pos') return 'slave_pos';
  if (word === 'Current_Pos') return 'current_pos';
  return 'no';
}
