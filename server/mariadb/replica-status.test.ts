import { describe, expect, test } from 'vitest';
import type { Row } from './connection.ts';
import { gtidList } from './gtid.ts';
import { replicaStatus } from './replica-status.ts';

/** SHOW ALL SLAVES STATUS of 10.11.19 as the driver gives it, less the columns that nobody reads. */
const running: Row = {
  Connection_name: '',
  Slave_SQL_State: 'Slave has read all relay log; waiting for more updates',
  Slave_IO_State: 'Waiting for master to send event',
  Master_Host: '10.0.0.1',
  Master_User: 'repl',
  Master_Port: 4501,
  Connect_Retry: 60,
  Master_Log_File: 'bin.000001',
  Read_Master_Log_Pos: '1142',
  Slave_IO_Running: 'Yes',
  Slave_SQL_Running: 'Yes',
  Replicate_Do_DB: '',
  Replicate_Ignore_DB: '',
  Replicate_Do_Table: '',
  Replicate_Ignore_Table: '',
  Replicate_Wild_Do_Table: '',
  Replicate_Wild_Ignore_Table: '',
  Last_Errno: 0,
  Last_Error: '',
  Exec_Master_Log_Pos: '1142',
  Master_SSL_Allowed: 'No',
  Master_SSL_CA_File: '',
  Master_SSL_CA_Path: '',
  Master_SSL_Cert: '',
  Master_SSL_Cipher: '',
  Master_SSL_Key: '',
  Seconds_Behind_Master: 0,
  Master_SSL_Verify_Server_Cert: 'No',
  Last_IO_Errno: 0,
  Last_IO_Error: '',
  Last_SQL_Errno: 0,
  Last_SQL_Error: '',
  Replicate_Ignore_Server_Ids: '',
  Master_Server_Id: 1,
  Master_SSL_Crl: '',
  Master_SSL_Crlpath: '',
  Using_Gtid: 'Slave_Pos',
  Gtid_IO_Pos: '0-1-7',
  Replicate_Do_Domain_Ids: '',
  Replicate_Ignore_Domain_Ids: '',
  SQL_Delay: 0,
  SQL_Remaining_Delay: null,
  Slave_SQL_Running_State: 'Slave has read all relay log; waiting for more updates',
  Replicate_Rewrite_DB: '',
  Slave_received_heartbeats: 3,
  Slave_heartbeat_period: '5.000',
  Gtid_Slave_Pos: '0-1-5',
};
const status = (change: Record<string, string | number | null>): ReturnType<typeof replicaStatus> =>
  replicaStatus({ ...running, ...change });

test('what a running replica says is read: its source, its threads, its positions, its heartbeats', () => {
  expect(replicaStatus(running)).toMatchObject({
    connection: '',
    host: '10.0.0.1',
    port: 4501,
    ioThread: 'running',
    sqlThread: 'running',
    ioError: null,
    sqlError: null,
    secondsBehindMaster: 0,
    usingGtid: 'slave_pos',
    receivedGtid: gtidList('0-1-7'),
    appliedGtid: gtidList('0-1-5'),
    masterServerId: 1,
    receivedHeartbeats: 3,
    heartbeatPeriodSeconds: 5,
    readLogPosition: 1142,
    filters: [],
    eventTimeLagSeconds: null,
  });
});

test('NULL seconds behind are not 0', () => {
  expect(status({ Seconds_Behind_Master: null }).secondsBehindMaster).toBeNull();
});

describe('threads', () => {
  test.each([
    ['Yes', 0, 'running'],
    ['Connecting', 0, 'connecting'],
    ['Preparing', 0, 'connecting'],
    ['Connecting', 2003, 'error'],
    ['No', 0, 'stopped'],
    ['No', 1236, 'error'],
  ])('IO %s with error %i is %s', (word, errno, expected) => {
    const found = status({ Slave_IO_Running: word, Last_IO_Errno: errno, Last_IO_Error: 'why' });
    expect(found.ioThread).toBe(expected);
    expect(found.ioError).toEqual(errno === 0 ? null : { number: errno, text: 'why' });
  });

  test.each([
    ['Yes', 0, 'running'],
    ['No', 0, 'stopped'],
    ['No', 1062, 'error'],
  ])('SQL %s with error %i is %s', (word, errno, expected) => {
    expect(status({ Slave_SQL_Running: word, Last_SQL_Errno: errno }).sqlThread).toBe(expected);
  });
});

test.each([
  ['No', 'no'],
  ['Slave_Pos', 'slave_pos'],
  ['Current_Pos', 'current_pos'],
])('Using_Gtid %s', (word, expected) => {
  expect(status({ Using_Gtid: word }).usingGtid).toBe(expected);
});

test('every kind of filter is seen', () => {
  expect(
    status({ Replicate_Wild_Ignore_Table: 'tmp.%', Replicate_Ignore_Domain_Ids: '7', Replicate_Ignore_Server_Ids: '3' })
      .filters,
  ).toEqual(['Replicate_Wild_Ignore_Table=tmp.%', 'Replicate_Ignore_Domain_Ids=7', 'Replicate_Ignore_Server_Ids=3']);
});

test('the event times of newer versions are read by name', () => {
  expect(status({ Master_Slave_time_diff: 4 }).eventTimeLagSeconds).toBe(4);
});

test('columns that a version does not have leave their value empty, not wrong', () => {
  const few = Object.fromEntries(
    Object.entries(running).filter(
      ([column]) => !/^(SQL_Delay|Slave_heartbeat_period|Replicate_|Master_SSL_Crl)/.test(column),
    ),
  );
  expect(replicaStatus(few)).toMatchObject({ delaySeconds: 0, heartbeatPeriodSeconds: 0, filters: [] });
});
