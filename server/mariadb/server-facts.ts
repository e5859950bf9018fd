import type { Connection, Row } from './connection.ts';
import { readGaleraFacts, type GaleraFacts } from './galera-status.ts';
import { gtidList, type GtidList } from './gtid.ts';
import { replicaStatus, type ReplicaStatus } from './replica-status.ts';
import { flag, number, text } from './row.ts';
import { readSlowFacts, type SlowFacts } from './slow-facts.ts';
import { SqlError } from './sql-error.ts';
import { capabilitiesOf, parseVersion, type Capabilities, type MariadbVersion } from './version.ts';

/** Everything read from a server in one poll, as plain data. */
export interface ServerFacts extends SlowFacts {
  readonly version: MariadbVersion;
  readonly capabilities: Capabilities;
  readonly hostname: string;
  readonly serverId: number;
  readonly gtidDomainId: number;
  readonly gtidStrictMode: boolean;
  readonly readOnly: boolean;
  readonly logBin: boolean;
  readonly logSlaveUpdates: boolean;
  /** skip_networking: it is reached by its socket alone, until it is started otherwise. */
  readonly tcpOff: boolean;
  /** gtid_binlog_pos: last transaction of each domain in its own binlog. */
  readonly binlogPos: GtidList;
  /** gtid_binlog_state: per domain and server. */
  readonly binlogState: GtidList;
  readonly slavePos: GtidList;
  readonly currentPos: GtidList;
  readonly replication: readonly ReplicaStatus[];
  readonly eventScheduler: 'on' | 'off' | 'disabled';
  readonly semiSync: {
    readonly primaryEnabled: boolean;
    readonly replicaEnabled: boolean;
    readonly primaryClients: number;
    readonly waitNoSlave: boolean;
    readonly timeoutMs: number;
    /** AFTER_COMMIT or AFTER_SYNC. */
    readonly waitPoint: string;
    /** Commits that wait for an acknowledgement now. */
    readonly waitSessions: number;
  } | null;
  /** Slaves_connected: replicas that are registered now. A change of it is a reason to read the slow facts again. */
  readonly replicasConnected: number;
  readonly uptimeSeconds: number;
  /** The server's clock (UTC_TIMESTAMP(6)) when it answered, milliseconds. */
  readonly serverClockMs: number;
  /** null: it is no Galera node. Absent: it was not asked. */
  readonly galera?: GaleraFacts | null;
}

/** What SHOW STATUS says: to read it costs a server eight times what the variables cost (0.9 ms against 0.1, measured on 10.11). */
export interface Counters {
  readonly uptimeSeconds: number;
  readonly replicasConnected: number;
  readonly semiSyncClients: number;
  readonly semiSyncWaits: number;
}

/** Those that the facts hold. */
export function countersIn({ uptimeSeconds, replicasConnected, semiSync: both }: ServerFacts): Counters {
  const { primaryClients: semiSyncClients = 0, waitSessions: semiSyncWaits = 0 } = both ?? {};
  return { uptimeSeconds, replicasConnected, semiSyncClients, semiSyncWaits };
}

/** Needs no privilege (measured on 10.11). SELECT, since SHOW VARIABLES cuts a long gtid_binlog_state at 2048 characters. */
const variables = [
  'hostname',
  'server_id',
  'gtid_domain_id',
  'gtid_strict_mode',
  'read_only',
  'log_bin',
  'log_slave_updates',
  'skip_networking',
  'gtid_binlog_pos',
  'gtid_binlog_state',
  'gtid_slave_pos',
  'gtid_current_pos',
  'event_scheduler',
  'rpl_semi_sync_master_enabled',
  'rpl_semi_sync_slave_enabled',
  'rpl_semi_sync_master_wait_no_slave',
  'rpl_semi_sync_master_timeout',
  'rpl_semi_sync_master_wait_point',
];

const clock = 'UTC_TIMESTAMP(6) AS server_clock';
const statusColumn =
  "(SELECT GROUP_CONCAT(CONCAT(VARIABLE_NAME, '=', VARIABLE_VALUE)) FROM information_schema.GLOBAL_STATUS " +
  "WHERE VARIABLE_NAME IN ('UPTIME', 'SLAVES_CONNECTED', 'RPL_SEMI_SYNC_MASTER_CLIENTS', " +
  "'RPL_SEMI_SYNC_MASTER_WAIT_SESSIONS')) AS status";

/**
 * Reads a server in two statements (five without `slow`), within timeoutMs over all of them. `counters` are taken as they
 * are handed in, and not read; `inOne`: then variables and replication are asked for together.
 * Rejects with SqlError: statement 1227 where the account lacks SLAVE MONITOR, since without it a replica would look like
 * a primary.
 */
export async function readServerFacts(
  connection: Connection,
  options: {
    readonly timeoutMs: number;
    readonly slow?: SlowFacts;
    readonly counters?: Counters;
    readonly inOne?: boolean;
    readonly galera?: boolean;
  },
): Promise<ServerFacts> {
  const deadline = performance.now() + options.timeoutMs;
  const left = (): number => deadline - performance.now();
  const both = options.counters && options.inOne ? await readInOne(connection, left) : null;
  const row =
    both?.row ??
    (await readVariables(connection, left, options.counters ? clock : `${statusColumn}, ${clock}`, variables));
  const counters = options.counters ?? countersOf(row);
  const replicas = both?.replicas ?? (await connection.query(replicaRows, { timeoutMs: left() }));
  const slow = options.slow ?? (await readSlowFacts(connection, { timeoutMs: left() }));
  const galera = options.galera ? { galera: await readGaleraFacts(connection, left()) } : {};
  const version = parseVersion(text(row, 'version'));
  if (!version) throw new SqlError('other', 0, `not a MariaDB version: ${text(row, 'version')}`);
  return {
    version,
    capabilities: capabilitiesOf(version),
    hostname: text(row, 'hostname'),
    serverId: number(row, 'server_id') ?? 0,
    gtidDomainId: number(row, 'gtid_domain_id') ?? 0,
    gtidStrictMode: flag(row, 'gtid_strict_mode') ?? false,
    readOnly: flag(row, 'read_only') ?? false,
    logBin: flag(row, 'log_bin') ?? false,
    logSlaveUpdates: flag(row, 'log_slave_updates') ?? false,
    tcpOff: flag(row, 'skip_networking') ?? false,
    binlogPos: gtidList(text(row, 'gtid_binlog_pos')),
    binlogState: gtidList(text(row, 'gtid_binlog_state')),
    slavePos: gtidList(text(row, 'gtid_slave_pos')),
    currentPos: gtidList(text(row, 'gtid_current_pos')),
    replication: replicas.map(replicaStatus),
    eventScheduler: eventScheduler(text(row, 'event_scheduler')),
    semiSync: semiSync(row, counters),
    replicasConnected: counters.replicasConnected,
    uptimeSeconds: counters.uptimeSeconds,
    serverClockMs: Date.parse(`${text(row, 'server_clock').replace(' ', 'T')}Z`),
    grants: slow.grants,
    replicaHosts: slow.replicaHosts,
    dumpConnections: slow.dumpConnections,
    ...galera,
  };
}

const replicaRows = 'SHOW ALL SLAVES STATUS';

const variableRow = (names: readonly string[], more: string): string =>
  `SELECT VERSION() AS version, ${names.map((name) => `@@GLOBAL.${name} AS ${name}`).join(', ')}, ${more}`;

/**
 * Variables and replication in one round trip; null where the server refuses that (a variable that this version does not have,
 * sql_mode=ORACLE): asked one after the other it says why, or does not.
 */
async function readInOne(connection: Connection, left: () => number): Promise<{ row: Row; replicas: Row[] } | null> {
  const compound = `BEGIN NOT ATOMIC ${variableRow(variables, clock)}; ${replicaRows}; END`;
  try {
    const [[row] = [], replicas] = await connection.queryEach(compound, { timeoutMs: left() });
    return row && replicas ? { row, replicas } : null;
  } catch (error) {
    if (error instanceof SqlError && error.kind === 'statement') return null;
    throw error;
  }
}

/** A variable that this version does not have (1193) is left out and the rest asked again. */
async function readVariables(
  connection: Connection,
  left: () => number,
  more: string,
  names: readonly string[],
): Promise<Row> {
  try {
    const [row] = await connection.query(variableRow(names, more), { timeoutMs: left() });
    if (!row) throw new SqlError('other', 0, 'SELECT of variables answered no row');
    return row;
  } catch (error) {
    const missing = error instanceof SqlError && error.errno === 1193 ? /'(\w+)'/.exec(error.message)?.[1] : undefined;
    const rest = names.filter((name) => name !== missing);
    if (rest.length === names.length) throw error;
    return await readVariables(connection, left, more, rest);
  }
}

/** From "UPTIME=5,SLAVES_CONNECTED=1". */
function countersOf(row: Row): Counters {
  const status: Row = Object.fromEntries(
    text(row, 'status')
      .split(',')
      .map((pair) => {
        const [name = '', value = ''] = pair.split('=');
        return [name.toUpperCase(), value];
      }),
  );
  return {
    uptimeSeconds: number(status, 'UPTIME') ?? 0,
    replicasConnected: number(status, 'SLAVES_CONNECTED') ?? 0,
    semiSyncClients: number(status, 'RPL_SEMI_SYNC_MASTER_CLIENTS') ?? 0,
    semiSyncWaits: number(status, 'RPL_SEMI_SYNC_MASTER_WAIT_SESSIONS') ?? 0,
  };
}

function eventScheduler(word: string): ServerFacts['eventScheduler'] {
  if (word === 'ON' || word === '1') return 'on';
  return word === 'DISABLED' ? 'disabled' : 'off';
}

function semiSync(row: Row, counters: Counters): ServerFacts['semiSync'] {
  const primaryEnabled = flag(row, 'rpl_semi_sync_master_enabled');
  if (primaryEnabled === null) return null;
  return {
    primaryEnabled,
    replicaEnabled: flag(row, 'rpl_semi_sync_slave_enabled') ?? false,
    primaryClients: counters.semiSyncClients,
    waitNoSlave: flag(row, 'rpl_semi_sync_master_wait_no_slave') ?? true,
    timeoutMs: number(row, 'rpl_semi_sync_master_timeout') ?? 0,
    waitPoint: text(row, 'rpl_semi_sync_master_wait_point'),
    waitSessions: counters.semiSyncWaits,
  };
}
