import type { Connection } from '../mariadb/connection.ts';
import { connect } from '../mariadb/connection.ts';
import { text } from '../mariadb/row.ts';
import { SqlError } from '../mariadb/sql-error.ts';
import type { SandboxAccount } from './accounts.ts';
import { followed } from './replication.ts';
import type { SandboxServer } from './server-process.ts';
import { until } from './until.ts';

/** Something held on a server until it is released; `release` resolves when the server has let go. Twice is harmless. */
export interface Held {
  /** The server's id of the connection that holds it. */
  readonly connectionId: number;
  release(): Promise<void>;
}

const TIMEOUT_MS = 60_000;
const THREADS = { io: ' IO_THREAD', sql: ' SQL_THREAD', both: '' } as const;
export type ReplicationThread = keyof typeof THREADS;

/** Stops a replication thread, or both. With GTID a start after both were down drops what was received and not applied. */
export async function stopReplication(replica: SandboxServer, thread: ReplicationThread = 'both'): Promise<void> {
  await replica.sql(`STOP SLAVE${THREADS[thread]}`);
}

/** Starts what stopReplication stopped. */
export async function startReplication(replica: SandboxServer, thread: ReplicationThread = 'both'): Promise<void> {
  await replica.sql(`START SLAVE${THREADS[thread]}`);
}

/** Makes the replica's SQL thread stop with error 1062 (duplicate key); resolves when it has. */
export async function breakWithDuplicateKey(primary: SandboxServer, replica: SandboxServer): Promise<void> {
  const [row] = await primary.sql('SELECT 1000000 + COALESCE(MAX(id), 0) AS id FROM shop.orders');
  const id = row ? text(row, 'id') : '1';
  // Off the binlog: the replica's positions stay clean, and only the row is in the way.
  await replica.sql('SET sql_log_bin=0', `INSERT INTO shop.orders (id, uid) VALUES (${id}, 'in-the-way-${id}')`);
  await primary.sql(`INSERT INTO shop.orders (id, uid) VALUES (${id}, 'broken-${id}')`);
  await until(async () => (await followed(replica))?.lastErrno === 1062, { what: `${replica.name} stops with 1062` });
}

/** Commits a transaction that only this replica has, in that domain or in the server's own; answers its GTID. */
export async function errantTransaction(replica: SandboxServer, domain: number | null = null): Promise<string> {
  const into = domain === null ? [] : [`SET gtid_domain_id=${domain}`];
  const [row] = await replica.sql(
    ...into,
    'INSERT INTO shop.orders (uid) VALUES (UUID())',
    'SELECT @@last_gtid AS gtid',
  );
  return row ? text(row, 'gtid') : '';
}

/** Adds incompressible rows of about `bytes` to shop.ballast, in transactions of 8 MB. */
export async function fillWithData(server: SandboxServer, bytes: number): Promise<void> {
  const rowBytes = 8192;
  const rows = Math.ceil(bytes / rowBytes);
  const chunk = 1024;
  await server.sql(
    `CREATE TABLE IF NOT EXISTS shop.ballast (
      id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, content MEDIUMTEXT CHARACTER SET ascii NOT NULL) ENGINE=InnoDB`,
  );
  for (let done = 0; done < rows; done += chunk) {
    const count = Math.min(chunk, rows - done);
    // Hex of random bytes: 1 KB at most a call of RANDOM_BYTES.
    const content = Array.from({ length: rowBytes / 2048 }, () => 'HEX(RANDOM_BYTES(1024))').join(', ');
    await server.sql(`INSERT INTO shop.ballast (content) SELECT CONCAT(${content}) FROM shop.seq_1_to_${count}`);
  }
}

/** An open transaction with one insert, for as long as it is held; released by rolling back. */
export async function longTransaction(server: SandboxServer): Promise<Held> {
  return await hold(server, ['START TRANSACTION', 'INSERT INTO shop.orders (uid) VALUES (UUID())']);
}

/** LOCK TABLES shop.orders WRITE. */
export async function tableLock(server: SandboxServer): Promise<Held> {
  return await hold(server, ['LOCK TABLES shop.orders WRITE']);
}

/** FLUSH TABLES WITH READ LOCK: every write hangs, and fails no more than that. */
export async function globalReadLock(server: SandboxServer): Promise<Held> {
  return await hold(server, ['FLUSH TABLES WITH READ LOCK']);
}

/** Opens connections until the server refuses more (1040); root still gets one in. */
export async function fillConnections(
  server: SandboxServer,
  account: Pick<SandboxAccount, 'user' | 'password'>,
): Promise<{ readonly count: number; release(): Promise<void> }> {
  const open: Connection[] = [];
  const release = async (): Promise<void> => {
    for (const connection of open) connection.destroy();
    await until(async () => (await connectionsOf(server, account.user)) === 0, {
      what: `${server.name} has room again`,
    });
  };
  for (;;) {
    try {
      open.push(await connect({ host: server.host, port: server.port, ...account }, 5_000));
    } catch (error) {
      if (error instanceof SqlError && error.kind === 'too-many-connections') return { count: open.length, release };
      for (const connection of open) connection.destroy();
      throw error;
    }
  }
}

async function connectionsOf(server: SandboxServer, user: string): Promise<number> {
  return (await server.sql(`SELECT 1 FROM information_schema.PROCESSLIST WHERE USER = '${user}'`)).length;
}

async function hold(server: SandboxServer, statements: readonly string[]): Promise<Held> {
  const session = await server.session();
  for (const statement of statements) await session.query(statement, { timeoutMs: TIMEOUT_MS });
  const gone = async (): Promise<boolean> => {
    const rows = await server.sql(`SELECT 1 FROM information_schema.PROCESSLIST WHERE ID = ${session.id}`);
    return rows.length === 0;
  };
  return {
    connectionId: session.id,
    async release() {
      session.destroy();
      // The server notices a moment later, and holds the lock until then.
      if (server.alive()) await until(gone, { what: `${server.name} ends connection ${session.id}` });
    },
  };
}
