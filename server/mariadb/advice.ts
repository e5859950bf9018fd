import { literal } from './statement.ts';

/** Statements that a person may run to cure what a check found: shown to be copied into a client, never sent by Baton. */
export const advice = {
  useGtid: ['STOP SLAVE;', 'CHANGE MASTER TO MASTER_USE_GTID=slave_pos;', 'START SLAVE;'],
  startApplying: ['START SLAVE SQL_THREAD;'],
  startReceiving: ['START SLAVE IO_THREAD;'],
  noDelay: ['STOP SLAVE;', 'CHANGE MASTER TO MASTER_DELAY=0;', 'START SLAVE;'],
  replicaStatus: ['SHOW ALL SLAVES STATUS;'],
  strictMode: ['SET GLOBAL gtid_strict_mode=1;'],
  takeNoWrites: ['SET GLOBAL read_only=1;'],
  preparedTransactions: ['XA RECOVER;'],
  processlist: ['SHOW FULL PROCESSLIST;'],
  letCommitsGo: ['SET GLOBAL rpl_semi_sync_master_enabled=0;'],
  events: ['SELECT EVENT_SCHEMA, EVENT_NAME, STATUS, DEFINER FROM information_schema.EVENTS;'],
  end: (id: number): string[] => [`KILL ${id};`],
  /** The password stays with its file: who runs it puts it in. */
  createReplicationAccount: (user: string, host: string): string[] => [
    `CREATE USER IF NOT EXISTS ${literal(user)}@${literal(host)} IDENTIFIED BY '…';`,
    `GRANT REPLICATION SLAVE ON *.* TO ${literal(user)}@${literal(host)};`,
  ],
  /** Lines of an options file. */
  configured: (name: string, value: string | number): string => `[mariadbd]\n${name}=${value}`,
} as const;
