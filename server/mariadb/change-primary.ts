import type { GtidList } from './gtid.ts';
import { formatGtidList } from './gtid.ts';
import { identifier, literal, plainLiteral, statement, type Statement } from './statement.ts';
import type { ReplicaStatus } from './replica-status.ts';

/** Where a connection shall replicate from, with every field stated. */
export interface NewPrimary {
  readonly connection: string;
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly connectRetrySeconds: number;
  readonly heartbeatPeriodSeconds: number;
  readonly delaySeconds: number;
  readonly ssl: ReplicaStatus['ssl'];
  /** A former primary: its own binlog position becomes its replica position (MDEV-20122, from 10.10). */
  readonly demote: boolean;
  /** Which of its transactions are left out; absent: that is not stated. */
  readonly only?: { readonly doDomains: string; readonly ignoreDomains: string; readonly ignoreServers: string };
}

/** Nothing of TLS, said in full. */
export const noSsl: ReplicaStatus['ssl'] = {
  allowed: false,
  verifyServer: false,
  caFile: '',
  caPath: '',
  certificate: '',
  key: '',
  cipher: '',
  crl: '',
  crlPath: '',
};

/**
 * CHANGE MASTER with every field: RESET SLAVE ALL keeps old certificates in memory and turns the check of the server's
 * name off, and what is not stated is not what one thinks (measured on 10.11). Never current_pos: the next drain would hang.
 */
export function changePrimary(to: NewPrimary): Statement {
  const { ssl } = to;
  const fields = (password: string): string =>
    [
      `MASTER_HOST=${plainLiteral(to.host)}`,
      `MASTER_PORT=${to.port}`,
      `MASTER_USER=${plainLiteral(to.user)}`,
      `MASTER_PASSWORD=${password}`,
      `MASTER_CONNECT_RETRY=${to.connectRetrySeconds}`,
      `MASTER_HEARTBEAT_PERIOD=${to.heartbeatPeriodSeconds.toFixed(3)}`,
      `MASTER_DELAY=${to.delaySeconds}`,
      `MASTER_SSL=${ssl.allowed ? 1 : 0}`,
      `MASTER_SSL_CA=${plainLiteral(ssl.caFile)}`,
      `MASTER_SSL_CAPATH=${plainLiteral(ssl.caPath)}`,
      `MASTER_SSL_CERT=${plainLiteral(ssl.certificate)}`,
      `MASTER_SSL_KEY=${plainLiteral(ssl.key)}`,
      `MASTER_SSL_CIPHER=${plainLiteral(ssl.cipher)}`,
      `MASTER_SSL_CRL=${plainLiteral(ssl.crl)}`,
      `MASTER_SSL_CRLPATH=${plainLiteral(ssl.crlPath)}`,
      `MASTER_SSL_VERIFY_SERVER_CERT=${ssl.verifyServer ? 1 : 0}`,
      ...(to.only
        ? [
            `DO_DOMAIN_IDS=(${idList(to.only.doDomains)})`,
            `IGNORE_DOMAIN_IDS=(${idList(to.only.ignoreDomains)})`,
            `IGNORE_SERVER_IDS=(${idList(to.only.ignoreServers)})`,
          ]
        : []),
      'MASTER_USE_GTID=slave_pos',
      ...(to.demote ? ['MASTER_DEMOTE_TO_SLAVE=1'] : []),
    ].join(', ');
  const head = `CHANGE MASTER ${plainLiteral(to.connection)} TO `;
  return { sql: head + fields(plainLiteral(to.password)), shown: head + fields("'•••'") };
}

/** "1, 2" as a server prints it: numbers, or nothing. */
const idList = (list: string): string =>
  list
    .split(/[\s,]+/)
    .filter((id) => /^\d+$/.test(id))
    .join(', ');

/** A filter of one connection, as its column in SHOW ALL SLAVES STATUS is called. Only while the connection is there and stopped. */
export function setFilter(connection: string, column: string, value: string): Statement {
  if (!/^Replicate_\w+$/.test(column)) throw new Error(`no filter: ${column}`);
  const prefix = connection === '' ? '' : `${identifier(connection)}.`;
  return statement(`SET GLOBAL ${prefix}${column.toLowerCase()}=${literal(value)}`);
}

/** Before 10.10, in place of MASTER_DEMOTE_TO_SLAVE: an empty position would not refuse a server that has diverged. */
export function adoptPosition(position: GtidList): Statement {
  return statement(`SET GLOBAL gtid_slave_pos=${literal(formatGtidList(position))}`);
}
