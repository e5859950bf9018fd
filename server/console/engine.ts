import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { Actor } from '../access/actor.ts';
import type { AuditEntry, CreatedToken, NewToken, NewUser, Session, Token, User } from '../contract/access.ts';
import type { BackupRequest, BackupRun, ServiceRun, ServiceStatus, VerifyRun } from '../contract/agent.ts';
import type { ConnectionParameters } from '../contract/connection-parameters.ts';
import type { Dump, DumpCatalogue } from '../contract/dumps.ts';
import type { ServerEvent } from '../contract/events.ts';
import type { NodeWork } from '../contract/galera-agent.ts';
import type { GaleraView, KilledServers, RecoveryPlan } from '../contract/galera.ts';
import type { RoundPlan, RoundPlanRequest, RoundRequest } from '../contract/galera-rounds.ts';
import type { History, Metric } from '../contract/history.ts';
import type { Maintenance, MaintenanceRequest } from '../contract/maintenance.ts';
import type { Operation } from '../contract/operation.ts';
import type { ExtraTransactions, RejoinPlan } from '../contract/rejoin.ts';
import type { TransactionsExport } from '../contract/reseed.ts';
import type { ClusterSnapshot } from '../contract/snapshot.ts';
import type { TakeoverKind, TakeoverPlan } from '../contract/takeover.ts';

export type { Actor };

/** An agent's answer (200, 206, 304 or 416) whose body waits. */
export interface DumpAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Sends the body into a socket at its pace. Resolves when all is there or a side broke off; destroys `out` when the body
   * is not whole. Never rejects.
   */
  sendTo(out: Socket): Promise<{ readonly bytes: number; readonly whole: boolean }>;
  destroy(): void;
}

export interface ServiceRequest {
  readonly server: string;
  readonly name: string;
  readonly action: 'enable' | 'disable' | 'run';
}

/** What happened, with the id that a browser names when it comes back. */
export interface NumberedEvent {
  readonly id: number;
  readonly event: ServerEvent;
}

/**
 * All that Baton can do, with authorisation inside: the listener, the CLI and the tests call the same methods.
 * Rejects with BatonError: not-found (with the known names), forbidden, outdated, already-running, refused, unavailable.
 */
export interface Engine {
  clusters(actor: Actor): ClusterSnapshot[];
  cluster(actor: Actor, name: string): ClusterSnapshot;
  history(
    actor: Actor,
    query: { cluster: string; server: string; metric: Metric; from: Date; to: Date; points: number },
  ): Promise<History>;

  plan(actor: Actor, cluster: string, request: { target: string; kind?: TakeoverKind }): Promise<TakeoverPlan>;
  takeover(
    actor: Actor,
    cluster: string,
    request: { planId: string; accept: string[]; confirm?: string; dryRun: boolean; idempotencyKey?: string },
  ): Promise<{ operationId: string }>;

  /** What a rejoin would do, and what forbids it; changes nothing. */
  rejoinPlan(actor: Actor, cluster: string, server: string, asked: { setAside: boolean }): Promise<RejoinPlan>;
  rejoin(
    actor: Actor,
    cluster: string,
    request: { server: string; dryRun: boolean; setAside: boolean; confirm?: string },
  ): Promise<{ operationId: string }>;
  /** Runs a hook of a takeover that has ended again, as an operation. */
  runHook(actor: Actor, operationId: string, hook: string): Promise<{ operationId: string }>;
  /** Lets a service run, or no more, or runs it, by the server's agent; what may only run on a primary runs on no other. */
  service(actor: Actor, cluster: string, asked: ServiceRequest): Promise<ServiceStatus | ServiceRun>;
  /** One run of a service, with the end of its log. */
  serviceRun(actor: Actor, cluster: string, asked: { server: string; name: string; id: string }): Promise<ServiceRun>;
  /** Writes into the server's configuration what its role asks for: read_only=0 for a primary, 1 for a replica. */
  keepReadOnly(actor: Actor, cluster: string, server: string): Promise<{ readOnly: boolean }>;
  /** What only that server has, looked at now. */
  extraTransactions(actor: Actor, cluster: string, server: string): Promise<ExtraTransactions>;
  /** Their SQL, as the server's agent prints it; the caller reads it to its end or destroys it. */
  exportExtraTransactions(actor: Actor, cluster: string, server: string): Promise<Readable>;
  /** What was kept when a server's own transactions were set aside, newest first. */
  exports(actor: Actor, cluster: string, server: string): Promise<TransactionsExport[]>;
  /** The SQL of one of them; the caller reads it to its end or destroys it. */
  openExport(actor: Actor, cluster: string, server: string, name: string): Promise<Readable>;

  /** What every node of a Galera cluster knows, asked now; starts nothing. */
  galera(actor: Actor, cluster: string): Promise<GaleraView>;
  /** As galera, with the positions of nodes that are down read, and what a recovery would do. */
  recoveryPlan(actor: Actor, cluster: string): Promise<RecoveryPlan>;
  recovery(
    actor: Actor,
    cluster: string,
    request: { planId: string; node?: string | undefined; confirm?: string | undefined },
  ): Promise<{ operationId: string }>;
  /** What stopping all nodes in order, or restarting them one by one, would do; changes nothing. */
  roundPlan(actor: Actor, cluster: string, asked: RoundPlanRequest): Promise<RoundPlan>;
  round(actor: Actor, cluster: string, request: RoundRequest): Promise<{ operationId: string }>;
  /** Kills every server of a sandbox whose configuration says how; refused for every other cluster. */
  killSandbox(actor: Actor, cluster: string): Promise<KilledServers>;
  /** Starts or stops one node by its agent; the view tells how that goes. */
  galeraNode(actor: Actor, cluster: string, node: string, act: 'start' | 'stop', confirm?: string): Promise<NodeWork>;

  /** Sets a server aside from now on, or changes how it is; answers what holds. */
  setAside(actor: Actor, cluster: string, server: string, request: MaintenanceRequest): Promise<Maintenance>;
  /** Ends it before its time; not-found where the server is not set aside. */
  endMaintenance(actor: Actor, cluster: string, server: string): Promise<void>;

  operations(actor: Actor, query: { cluster?: string; limit: number; before?: Date }): Promise<Operation[]>;
  operation(actor: Actor, id: string): Promise<Operation>;
  cancel(actor: Actor, id: string): Promise<Operation>;
  resume(actor: Actor, id: string): Promise<Operation>;

  dumps(actor: Actor, cluster: string): Promise<DumpCatalogue>;
  /**
   * "latest" for server and name answers the newest dump that needs no other, by that method where one is given. Nothing but
   * the catalogue decides what is opened.
   */
  findDump(actor: Actor, cluster: string, server: string, name: string, method?: 'dump' | 'mariabackup'): Promise<Dump>;
  /** Opens the agent's answer for a dump of the catalogue; the caller sends it on or destroys it. */
  openDump(
    actor: Actor,
    cluster: string,
    dump: Dump,
    request: { method: 'GET' | 'HEAD'; headers: Readonly<Record<string, string>> },
  ): Promise<DumpAnswer>;
  /** What became of a download that openDump started, for the audit: never rejects. */
  downloadEnded(actor: Actor, cluster: string, dump: Dump, end: { bytes: number; whole: boolean }): Promise<void>;
  takeBackup(actor: Actor, cluster: string, server: string, request: BackupRequest): Promise<BackupRun>;
  backupRun(actor: Actor, cluster: string, server: string, id: string): Promise<BackupRun>;
  /** Has the agent restore a dump of its catalogue into a throw-away server, to see whether it is good. */
  verifyDump(actor: Actor, cluster: string, server: string, name: string): Promise<VerifyRun>;
  verifyRun(actor: Actor, cluster: string, server: string, id: string): Promise<VerifyRun>;

  /** What a new replica of that server needs: a password, and a token for backups that expires. */
  connectionParameters(actor: Actor, cluster: string, server: string): Promise<ConnectionParameters>;

  audit(actor: Actor, query: { limit: number; before?: number; cluster?: string }): Promise<AuditEntry[]>;
  session(actor: Actor): Omit<Session, 'expiresAt'>;

  users(actor: Actor): Promise<User[]>;
  addUser(actor: Actor, user: NewUser): Promise<User>;
  removeUser(actor: Actor, username: string): Promise<void>;
  tokens(actor: Actor): Promise<Token[]>;
  addToken(actor: Actor, token: NewToken): Promise<CreatedToken>;
  revokeToken(actor: Actor, id: string): Promise<void>;

  /** Live events from now on; `lastId` replays what is still remembered. Answers the function that ends it. */
  subscribe(actor: Actor, lastId: number | null, listener: (entry: NumberedEvent) => void): () => void;
  /** Prometheus text. */
  metrics(): Promise<string>;
  health(): { status: 'ok'; pid: number };
}
