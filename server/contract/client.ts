import type { AuditEntry, NewToken, NewUser, Session, SignInRequest, Token, CreatedToken, User } from './access.ts';
import type { BackupRequest, BackupRun, ServiceRun, ServiceStatus, VerifyRun } from './agent.ts';
import type { ConnectionParameters } from './connection-parameters.ts';
import type { DumpCatalogue } from './dumps.ts';
import type { ErrorBody, ErrorCode } from './errors.ts';
import type { NodeWork } from './galera-agent.ts';
import type { GaleraView, KilledServers, RecoveryPlan } from './galera.ts';
import type { RoundPlan, RoundPlanRequest, RoundRequest } from './galera-rounds.ts';
import type { History, Metric } from './history.ts';
import type { Maintenance, MaintenanceRequest } from './maintenance.ts';
import type { Operation } from './operation.ts';
import type { RejoinPlan } from './rejoin.ts';
import type { TransactionsExport } from './reseed.ts';
import type { ClusterSnapshot } from './snapshot.ts';
import type { TakeoverKind, TakeoverPlan } from './takeover.ts';

/** What became of a request: a value, the engine's refusal, or silence (then nobody knows whether it was carried out). */
export type Answer<T> =
  | { kind: 'ok'; value: T }
  | { kind: 'refused'; status: number; code: ErrorCode; message: string; next: string; details: unknown }
  | { kind: 'no-answer'; message: string };

export type Refusal = Exclude<Answer<never>, { kind: 'ok' }>;

interface Request {
  method?: 'GET' | 'POST' | 'DELETE';
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

const part = encodeURIComponent;

function query(values: Record<string, string | number | undefined>): string {
  const given = Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]]));
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}

/** Asks the API of this origin. `path` is below /api/v1. Never rejects. */
export async function ask<T>(
  path: string,
  { method = 'GET', body, headers, signal }: Request = {},
): Promise<Answer<T>> {
  try {
    const response = await fetch(`/api/v1${path}`, {
      method,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
      cache: 'no-store',
      credentials: 'same-origin',
      redirect: 'error',
    });
    return await read<T>(response);
  } catch {
    return { kind: 'no-answer', message: 'The console did not answer.' };
  }
}

async function read<T>(response: Response): Promise<Answer<T>> {
  if (response.ok) {
    // Not checked here: the same version of Baton wrote it, and the schemas would double what a browser loads.
    const answer: T = JSON.parse((await response.text()) || 'null');
    return { kind: 'ok', value: answer };
  }
  const value: unknown = await response.json().catch(() => null);
  const error = isErrorBody(value) ? value.error : null;
  return {
    kind: 'refused',
    status: response.status,
    code: error?.code ?? 'internal',
    message: error?.message ?? `The console answered with status ${response.status}.`,
    next: error?.next ?? '',
    details: error?.details ?? null,
  };
}

function isErrorBody(value: unknown): value is ErrorBody {
  return typeof value === 'object' && value !== null && 'error' in value && typeof value.error === 'object';
}

/** The address that a plain link downloads a dump from; "latest" needs no server. */
export function dumpAddress(cluster: string, dump: { server?: string; name: string }): string {
  const of = dump.server === undefined ? '' : `/${part(dump.server)}`;
  return `/api/v1/clusters/${part(cluster)}/dumps${of}/${part(dump.name)}`;
}

/** POST /session: 401 wrong, 429 with details.retryAfterSeconds. */
export const signIn = (body: SignInRequest) => ask<Session>('/session', { method: 'POST', body });
/** DELETE /session */
export const signOut = () => ask<null>('/session', { method: 'DELETE' });

/** GET /clusters */
export const getClusters = () => ask<ClusterSnapshot[]>('/clusters');

/** GET /clusters/C/history; instants in milliseconds since the epoch. */
export const getHistory = (
  cluster: string,
  asked: { server: string; metric: Metric; fromMs: number; toMs: number; points: number },
  signal?: AbortSignal,
) =>
  ask<History>(
    `/clusters/${part(cluster)}/history${query({
      server: asked.server,
      metric: asked.metric,
      from: new Date(asked.fromMs).toISOString(),
      to: new Date(asked.toMs).toISOString(),
      points: asked.points,
    })}`,
    signal ? { signal } : {},
  );

/** POST /clusters/C/takeover-plans: computes, changes nothing. */
export const planTakeover = (cluster: string, body: { target: string; kind?: TakeoverKind }, signal?: AbortSignal) =>
  ask<TakeoverPlan>(`/clusters/${part(cluster)}/takeover-plans`, {
    method: 'POST',
    body,
    ...(signal ? { signal } : {}),
  });

/** POST /clusters/C/takeovers. The key makes the second of two equal requests answer with the first one's operation. */
export const startTakeover = (
  cluster: string,
  body: { planId: string; accept: string[]; confirm?: string; dryRun: boolean },
  idempotencyKey: string,
) =>
  ask<{ operationId: string }>(`/clusters/${part(cluster)}/takeovers`, {
    method: 'POST',
    body,
    headers: { 'idempotency-key': idempotencyKey },
  });

/** POST /clusters/C/servers/S/rejoin-plans: computes, changes nothing. */
export const planRejoin = (cluster: string, server: string, setAside: boolean, signal: AbortSignal) =>
  ask<RejoinPlan>(`/clusters/${part(cluster)}/servers/${part(server)}/rejoin-plans`, {
    method: 'POST',
    body: { setAside },
    signal,
  });

/** POST /clusters/C/servers/S/rejoin. While it runs, the same request answers with the same operation. */
export const rejoinServer = (
  cluster: string,
  server: string,
  body: { dryRun: boolean; setAside: boolean; confirm?: string },
) =>
  ask<{ operationId: string }>(`/clusters/${part(cluster)}/servers/${part(server)}/rejoin`, { method: 'POST', body });

/** POST /clusters/C/servers/S/services/NAME/ACTION: its state, or the run that was begun. */
export const switchService = (cluster: string, server: string, name: string, action: 'enable' | 'disable') =>
  ask<ServiceStatus>(`${servicePath(cluster, server, name)}/${action}`, { method: 'POST', body: {} });
export const runService = (cluster: string, server: string, name: string) =>
  ask<ServiceRun>(`${servicePath(cluster, server, name)}/run`, { method: 'POST', body: {} });
/** GET /clusters/C/servers/S/services/NAME/runs/ID */
export const getServiceRun = (cluster: string, server: string, name: string, id: string) =>
  ask<ServiceRun>(`${servicePath(cluster, server, name)}/runs/${part(id)}`);
const servicePath = (cluster: string, server: string, name: string): string =>
  `/clusters/${part(cluster)}/servers/${part(server)}/services/${part(name)}`;

/** POST and DELETE /clusters/C/servers/S/maintenance */
export const setServerAside = (cluster: string, server: string, body: MaintenanceRequest) =>
  ask<Maintenance>(maintenancePath(cluster, server), { method: 'POST', body });
export const endMaintenance = (cluster: string, server: string) =>
  ask<null>(maintenancePath(cluster, server), { method: 'DELETE' });
const maintenancePath = (cluster: string, server: string): string =>
  `/clusters/${part(cluster)}/servers/${part(server)}/maintenance`;

/** The address that a plain link downloads a server's own transactions from, as SQL. */
export const extraTransactionsAddress = (cluster: string, server: string): string =>
  `/api/v1/clusters/${part(cluster)}/servers/${part(server)}/extra-transactions?format=sql`;

/** GET /clusters/C/servers/S/exports: what was set aside, newest first. */
export const getExports = (cluster: string, server: string, signal: AbortSignal) =>
  ask<TransactionsExport[]>(`/clusters/${part(cluster)}/servers/${part(server)}/exports`, { signal });

/** The address that a plain link downloads one of them from. */
export const exportAddress = (cluster: string, server: string, name: string): string =>
  `/api/v1/clusters/${part(cluster)}/servers/${part(server)}/exports/${part(name)}`;

/** GET /clusters/C/galera: what every node knows; starts nothing. */
export const getGalera = (cluster: string, signal: AbortSignal) =>
  ask<GaleraView>(`/clusters/${part(cluster)}/galera`, { signal });
/** POST /clusters/C/galera/recovery-plans: reads where nodes that are down have stopped. */
export const planRecovery = (cluster: string) =>
  ask<RecoveryPlan>(`/clusters/${part(cluster)}/galera/recovery-plans`, { method: 'POST', body: {} });
/** POST /clusters/C/galera/recoveries */
export const startRecovery = (cluster: string, body: { planId: string; node?: string; confirm?: string }) =>
  ask<{ operationId: string }>(`/clusters/${part(cluster)}/galera/recoveries`, { method: 'POST', body });
/** POST /clusters/C/galera/round-plans: what stopping all in order, or restarting them one by one, would do. */
export const planRound = (cluster: string, body: RoundPlanRequest) =>
  ask<RoundPlan>(`/clusters/${part(cluster)}/galera/round-plans`, { method: 'POST', body });
/** POST /clusters/C/galera/rounds */
export const startRound = (cluster: string, body: RoundRequest) =>
  ask<{ operationId: string }>(`/clusters/${part(cluster)}/galera/rounds`, { method: 'POST', body });
/** POST /clusters/C/sandbox/kill: of throw-away servers alone. */
export const killSandbox = (cluster: string) =>
  ask<KilledServers>(`/clusters/${part(cluster)}/sandbox/kill`, { method: 'POST', body: {} });
/** POST /clusters/C/galera/nodes/N/start or stop; `confirm` where the answer has asked for the name. */
export const actOnNode = (cluster: string, node: string, act: 'start' | 'stop', body: { confirm?: string }) =>
  ask<NodeWork>(`/clusters/${part(cluster)}/galera/nodes/${part(node)}/${act}`, { method: 'POST', body });

/** GET /operations, newest first */
export const getOperations = (asked: { cluster?: string; limit: number; before?: string }) =>
  ask<Operation[]>(`/operations${query(asked)}`);
/** GET /operations/ID */
export const getOperation = (id: string) => ask<Operation>(`/operations/${part(id)}`);
/** POST /operations/ID/cancel: restores what was changed; refused after the point of no return. */
export const cancelOperation = (id: string) =>
  ask<Operation>(`/operations/${part(id)}/cancel`, { method: 'POST', body: {} });

/** GET /clusters/C/dumps?detail=1 */
export const getDumps = (cluster: string) => ask<DumpCatalogue>(`/clusters/${part(cluster)}/dumps?detail=1`);
/** POST /clusters/C/servers/S/backups */
export const takeBackup = (cluster: string, server: string, body: BackupRequest = {}) =>
  ask<BackupRun>(`/clusters/${part(cluster)}/servers/${part(server)}/backups`, { method: 'POST', body });

/** GET /clusters/C/servers/S/connection-parameters: with a password in it, and each time in the audit. */
export const getConnectionParameters = (cluster: string, server: string) =>
  ask<ConnectionParameters>(`/clusters/${part(cluster)}/servers/${part(server)}/connection-parameters`);
/** POST /clusters/C/dumps/S/NAME/verify */
export const verifyDump = (cluster: string, dump: { server: string; name: string }) =>
  ask<VerifyRun>(`/clusters/${part(cluster)}/dumps/${part(dump.server)}/${part(dump.name)}/verify`, {
    method: 'POST',
    body: {},
  });
/** GET /clusters/C/servers/S/verifications/ID */
export const getVerifyRun = (cluster: string, server: string, id: string) =>
  ask<VerifyRun>(`/clusters/${part(cluster)}/servers/${part(server)}/verifications/${part(id)}`);

/** GET /audit, newest first */
export const getAudit = (asked: { limit: number; before?: number; cluster?: string }) =>
  ask<AuditEntry[]>(`/audit${query(asked)}`);

/** GET, POST, DELETE /users */
export const getUsers = () => ask<User[]>('/users');
export const addUser = (body: NewUser) => ask<User>('/users', { method: 'POST', body });
export const removeUser = (username: string) => ask<null>(`/users/${part(username)}`, { method: 'DELETE' });
/** GET, POST, DELETE /tokens; the token itself is answered once, when it is made. */
export const getTokens = () => ask<Token[]>('/tokens');
export const addToken = (body: NewToken) => ask<CreatedToken>('/tokens', { method: 'POST', body });
export const revokeToken = (id: string) => ask<null>(`/tokens/${part(id)}`, { method: 'DELETE' });
