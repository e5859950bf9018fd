import type { BackupFailure } from '../contract/dumps.ts';
import type { ClusterSnapshot, ServerSnapshot } from '../contract/snapshot.ts';
import type { GtidRange } from '../mariadb/gtid.ts';
import type { LagHistory } from './lag-history.ts';
import type { Observation, ServerAddress, UpObservation } from './observation.ts';
import type { Maintenances } from './maintenance.ts';
import type { KnownServer, RoleMemory } from './roles.ts';
import type { Heard } from './silence.ts';
import type { WritableRun } from './writable.ts';

/** A server as configured, with what concerns the watch. */
export interface WatchedServer extends ServerAddress {
  readonly candidate: ServerSnapshot['candidate'];
}

/** What the composition root knows of a server's agent, in the contract's words. */
export interface AgentFacts {
  readonly agent: ServerSnapshot['agent'];
  readonly newestDump: ClusterSnapshot['newestDump'];
  /** What failed last and has not succeeded since: dumps, physical backups, their verification. */
  readonly dumpFailures: readonly BackupFailure[];
  /** Those that could not be restored when it was tried, and no later one is proven. */
  readonly badDumps: readonly { readonly name: string; readonly at: string; readonly text: string }[];
  /** Dumps are made here by a schedule: that there is none is a problem. */
  readonly dumpsScheduled: boolean;
}

/** All that the console knows of one server when a snapshot is made. */
export interface ServerView {
  readonly server: WatchedServer;
  /** The newest look, however it ended; null before the first. */
  readonly last: Observation | null;
  /** The newest look that succeeded. */
  readonly up: UpObservation | null;
  /** The one before it. */
  readonly previousUp: UpObservation | null;
  readonly writesPerSecond: number | null;
  /** Since when it is seen to take writes while it replicates from nobody. */
  readonly writable: WritableRun | null;
  /** By name of the connection. */
  readonly heard: ReadonlyMap<string, Heard>;
  /** Transactions that only this server has; null is not known. */
  readonly errant: readonly GtidRange[] | null;
  readonly agent: AgentFacts | null;
}

/** What is going on in operations, as far as a snapshot shows it. */
export interface OperationFacts {
  readonly operationId: string | null;
  /** A takeover that was interrupted and needs somebody: in one sentence; null where there is none. */
  readonly interrupted: string | null;
}

/** What the roles are derived from. */
export function knownServer({ server, up, last, writable }: ServerView): KnownServer {
  return { server, facts: up?.facts ?? null, reachable: last?.kind === 'up', writable };
}

export interface ClusterView {
  readonly name: string;
  readonly kind: ClusterSnapshot['kind'];
  readonly sandbox: boolean;
  readonly now: number;
  readonly pollMs: number;
  readonly lagLimits: ClusterSnapshot['lag'];
  readonly servers: readonly ServerView[];
  readonly memory: RoleMemory;
  readonly history: LagHistory;
  readonly operation: OperationFacts;
  readonly maintenance: Maintenances;
}
