import type { UnreachableReason } from '../contract/snapshot.ts';
import type { GtidList } from '../mariadb/gtid.ts';
import type { ReplicaStatus } from '../mariadb/replica-status.ts';
import type { Capabilities, MariadbVersion } from '../mariadb/version.ts';

/** What one look at one server found. Instants are milliseconds of the console's clock. */
export type Observation =
  | { readonly kind: 'up'; readonly at: number; readonly roundTripMs: number; readonly facts: ServerFacts }
  | { readonly kind: 'unreachable'; readonly at: number; readonly reason: UnreachableReason; readonly detail: string };

/** Everything read from a server in one poll, as plain data. */
export interface ServerFacts {
  readonly version: MariadbVersion;
  readonly capabilities: Capabilities;
  readonly hostname: string;
  readonly serverId: number;
  readonly gtidDomainId: number;
  readonly gtidStrictMode: boolean;
  readonly readOnly: boolean;
  readonly logBin: boolean;
  readonly logSlaveUpdates: boolean;
  /** gtid_binlog_pos: last transaction of each domain in its own binlog. */
  readonly binlogPos: GtidList;
  /** gtid_binlog_state: per domain and server. */
  readonly binlogState: GtidList;
  readonly slavePos: GtidList;
  readonly currentPos: GtidList;
  readonly replication: readonly ReplicaStatus[];
  /** Binlog dump connections that are open now (processlist; needs PROCESS), by the address they come from. */
  readonly dumpConnections: readonly { readonly id: number; readonly user: string; readonly host: string }[];
  /** SHOW SLAVE HOSTS (needs REPLICATION MASTER ADMIN); null where the account may not. */
  readonly replicaHosts: readonly { readonly serverId: number; readonly host: string; readonly port: number }[] | null;
  readonly eventScheduler: 'on' | 'off' | 'disabled';
  readonly semiSync: {
    readonly primaryEnabled: boolean;
    readonly replicaEnabled: boolean;
    readonly primaryClients: number;
    readonly waitNoSlave: boolean;
    readonly timeoutMs: number;
    /** Commits that wait for an acknowledgement now. */
    readonly waitSessions: number;
  } | null;
  readonly uptimeSeconds: number;
  /** The server's clock (UTC_TIMESTAMP(6)) when it answered, milliseconds. */
  readonly serverClockMs: number;
  /** SHOW GRANTS of the observing account, as the server prints them. */
  readonly grants: readonly string[];
}

/** A server as configured. */
export interface ServerAddress {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

/** host:port, with brackets where the host is an IPv6 literal. */
export function addressText(address: { host: string; port: number }): string {
  return address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;
}
