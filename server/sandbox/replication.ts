import { number, text } from '../mariadb/row.ts';
import type { SandboxAccount } from './accounts.ts';
import type { CertificateFiles } from './secure.ts';
import type { SandboxServer } from './server-process.ts';
import { until } from './until.ts';

/** Makes `replica` follow the address, from the position it has applied, and starts both threads. */
export async function follow(
  replica: SandboxServer,
  primary: { readonly host: string; readonly port: number },
  account: Pick<SandboxAccount, 'user' | 'password'>,
  tls: CertificateFiles | null = null,
): Promise<void> {
  const secure = tls
    ? `, MASTER_SSL=1, MASTER_SSL_CA='${tls.ca}', MASTER_SSL_CERT='${tls.certificate}', MASTER_SSL_KEY='${tls.key}',
      MASTER_SSL_CRL='${tls.crl}', MASTER_SSL_VERIFY_SERVER_CERT=1`
    : '';
  await replica.sql(
    'STOP SLAVE',
    `CHANGE MASTER TO MASTER_HOST='${primary.host}', MASTER_PORT=${primary.port},
      MASTER_USER='${account.user}', MASTER_PASSWORD='${account.password}', MASTER_USE_GTID=slave_pos,
      MASTER_HEARTBEAT_PERIOD=1, MASTER_CONNECT_RETRY=1${secure}`,
    'START SLAVE',
  );
}

/** Where a server replicates from, whether it runs, and what it says of trouble; null for one that follows nobody. */
export async function followed(
  server: SandboxServer,
): Promise<{ port: number; ioRunning: boolean; sqlRunning: boolean; lastErrno: number; lastError: string } | null> {
  const [row] = await server.sql('SHOW ALL SLAVES STATUS');
  if (!row) return null;
  return {
    port: number(row, 'Master_Port') ?? 0,
    ioRunning: text(row, 'Slave_IO_Running') === 'Yes',
    sqlRunning: text(row, 'Slave_SQL_Running') === 'Yes',
    lastErrno: (number(row, 'Last_SQL_Errno') || number(row, 'Last_IO_Errno')) ?? 0,
    lastError: text(row, 'Last_SQL_Error') || text(row, 'Last_IO_Error'),
  };
}

/** Resolves when both threads run and the replica has applied what the primary's binlog held at the call. Throws after timeoutMs. */
export async function caughtUp(replica: SandboxServer, primary: SandboxServer, timeoutMs = 30_000): Promise<void> {
  const [position] = await primary.sql('SELECT @@gtid_binlog_pos AS gtid');
  const gtid = position ? text(position, 'gtid') : '';
  await until(
    async () => {
      const state = await followed(replica);
      if (!state?.ioRunning || !state.sqlRunning) return false;
      const [row] = await replica.sql(`SELECT MASTER_GTID_WAIT('${gtid}', 0.5) AS waited`);
      return row !== undefined && number(row, 'waited') === 0;
    },
    { timeoutMs, what: `${replica.name} catches up with ${primary.name}` },
  );
}
