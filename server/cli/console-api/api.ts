import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import {
  backupRun,
  serviceRun,
  serviceStatus,
  verifyRun,
  type BackupRequest,
  type BackupRun,
  type ServiceRun,
  type ServiceStatus,
  type VerifyRun,
} from '../../contract/agent.ts';
import { connectionParametersBody, type ConnectionParameters } from '../../contract/connection-parameters.ts';
import { dump, type Dump } from '../../contract/dumps.ts';
import { nodeWork, type NodeWork } from '../../contract/galera-agent.ts';
import { galeraView, recoveryPlan, type GaleraView, type RecoveryPlan } from '../../contract/galera.ts';
import { roundPlan, type RoundPlan, type RoundPlanRequest, type RoundRequest } from '../../contract/galera-rounds.ts';
import { maintenance, type Maintenance, type MaintenanceRequest } from '../../contract/maintenance.ts';
import { operation, type Operation } from '../../contract/operation.ts';
import { rejoinPlan, type RejoinPlan } from '../../contract/rejoin.ts';
import { clusterSnapshot, type ClusterSnapshot } from '../../contract/snapshot.ts';
import { takeoverAnswer, takeoverPlan, type TakeoverKind, type TakeoverPlan } from '../../contract/takeover.ts';
import { ask, type Call, type ConsoleAddress } from './call.ts';

/** The console's HTTP API. Every method rejects with the engine's BatonError, or NoAnswerError where none came. */
export interface ConsoleApi {
  readonly address: ConsoleAddress;
  clusters(): Promise<ClusterSnapshot[]>;
  cluster(name: string): Promise<ClusterSnapshot>;
  plan(cluster: string, asked: { target: string; kind?: TakeoverKind }): Promise<TakeoverPlan>;
  /** Answers the id of the operation. */
  takeover(
    cluster: string,
    asked: { planId: string; accept: string[]; confirm?: string; dryRun: boolean },
  ): Promise<string>;
  rejoinPlan(cluster: string, server: string, asked: { setAside: boolean }): Promise<RejoinPlan>;
  /** Answers the id of the operation. */
  rejoin(
    cluster: string,
    server: string,
    asked: { dryRun: boolean; setAside: boolean; confirm?: string },
  ): Promise<string>;
  galera(cluster: string): Promise<GaleraView>;
  recoveryPlan(cluster: string): Promise<RecoveryPlan>;
  /** Answers the id of the operation. */
  recovery(cluster: string, asked: { planId: string; node?: string; confirm?: string }): Promise<string>;
  roundPlan(cluster: string, asked: RoundPlanRequest): Promise<RoundPlan>;
  /** Answers the id of the operation. */
  round(cluster: string, asked: RoundRequest): Promise<string>;
  galeraNode(cluster: string, node: string, act: 'start' | 'stop', asked: { confirm?: string }): Promise<NodeWork>;
  setAside(cluster: string, server: string, asked: MaintenanceRequest): Promise<Maintenance>;
  endMaintenance(cluster: string, server: string): Promise<void>;
  operations(asked: { cluster?: string; limit: number }): Promise<Operation[]>;
  operation(id: string): Promise<Operation>;
  cancel(id: string): Promise<Operation>;
  resume(id: string): Promise<Operation>;
  /** Answers the id of the operation. */
  runHook(operationId: string, hook: string): Promise<string>;
  switchService(cluster: string, server: string, name: string, action: 'enable' | 'disable'): Promise<ServiceStatus>;
  /** Begins a run. */
  runService(cluster: string, server: string, name: string): Promise<ServiceRun>;
  serviceRun(cluster: string, server: string, name: string, id: string): Promise<ServiceRun>;
  dumps(cluster: string): Promise<Dump[]>;
  takeBackup(cluster: string, server: string, request?: BackupRequest): Promise<BackupRun>;
  backupRun(cluster: string, server: string, id: string): Promise<BackupRun>;
  verifyDump(cluster: string, dump: { server: string; name: string }): Promise<VerifyRun>;
  verifyRun(cluster: string, server: string, id: string): Promise<VerifyRun>;
  connectionParameters(cluster: string, server: string): Promise<ConnectionParameters>;
}

const part = encodeURIComponent;
const maintenancePath = (cluster: string, server: string): string =>
  `/clusters/${part(cluster)}/servers/${part(server)}/maintenance`;

const servicePath = (cluster: string, server: string, name: string): string =>
  `/clusters/${part(cluster)}/servers/${part(server)}/services/${part(name)}`;

/** The API of the console at this address. Its methods reject with the engine's BatonError, or NoAnswerError. */
export function consoleApi(address: ConsoleAddress): ConsoleApi {
  const get = async <Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.infer<Schema>> =>
    schema.parse(await ask(address, { method: 'GET', path }));
  const post = async <Schema extends z.ZodType>(
    path: string,
    body: unknown,
    schema: Schema,
    headers: Call['headers'] = {},
  ): Promise<z.infer<Schema>> => schema.parse(await ask(address, { method: 'POST', path, body, headers }));
  return {
    address,
    clusters: async () => await get('/clusters', z.array(clusterSnapshot)),
    cluster: async (name) => await get(`/clusters/${part(name)}`, clusterSnapshot),
    plan: async (cluster, asked) => await post(`/clusters/${part(cluster)}/takeover-plans`, asked, takeoverPlan),
    async takeover(cluster, asked) {
      const headers = { 'idempotency-key': randomUUID() };
      return (await post(`/clusters/${part(cluster)}/takeovers`, asked, takeoverAnswer, headers)).operationId;
    },
    rejoinPlan: async (cluster, server, asked) =>
      await post(`/clusters/${part(cluster)}/servers/${part(server)}/rejoin-plans`, asked, rejoinPlan),
    rejoin: async (cluster, server, asked) =>
      (await post(`/clusters/${part(cluster)}/servers/${part(server)}/rejoin`, asked, takeoverAnswer)).operationId,
    galera: async (cluster) => await get(`/clusters/${part(cluster)}/galera`, galeraView),
    recoveryPlan: async (cluster) => await post(`/clusters/${part(cluster)}/galera/recovery-plans`, {}, recoveryPlan),
    recovery: async (cluster, asked) =>
      (await post(`/clusters/${part(cluster)}/galera/recoveries`, asked, takeoverAnswer)).operationId,
    roundPlan: async (cluster, asked) => await post(`/clusters/${part(cluster)}/galera/round-plans`, asked, roundPlan),
    round: async (cluster, asked) =>
      (await post(`/clusters/${part(cluster)}/galera/rounds`, asked, takeoverAnswer)).operationId,
    galeraNode: async (cluster, node, act, asked) =>
      await post(`/clusters/${part(cluster)}/galera/nodes/${part(node)}/${act}`, asked, nodeWork),
    setAside: async (cluster, server, asked) => await post(maintenancePath(cluster, server), asked, maintenance),
    async endMaintenance(cluster, server) {
      await ask(address, { method: 'DELETE', path: maintenancePath(cluster, server) });
    },
    operations: async ({ cluster, limit }) =>
      await get(
        `/operations?limit=${limit}${cluster === undefined ? '' : `&cluster=${part(cluster)}`}`,
        z.array(operation),
      ),
    operation: async (id) => await get(`/operations/${part(id)}`, operation),
    cancel: async (id) => await post(`/operations/${part(id)}/cancel`, {}, operation),
    resume: async (id) => await post(`/operations/${part(id)}/resume`, {}, operation),
    runHook: async (id, hook) =>
      (await post(`/operations/${part(id)}/hooks/${part(hook)}/run`, {}, takeoverAnswer)).operationId,
    switchService: async (cluster, server, name, action) =>
      await post(`${servicePath(cluster, server, name)}/${action}`, {}, serviceStatus),
    runService: async (cluster, server, name) =>
      await post(`${servicePath(cluster, server, name)}/run`, {}, serviceRun),
    serviceRun: async (cluster, server, name, id) =>
      await get(`${servicePath(cluster, server, name)}/runs/${part(id)}`, serviceRun),
    dumps: async (cluster) => await get(`/clusters/${part(cluster)}/dumps`, z.array(dump)),
    takeBackup: async (cluster, server, request = {}) =>
      await post(`/clusters/${part(cluster)}/servers/${part(server)}/backups`, request, backupRun),
    backupRun: async (cluster, server, id) =>
      await get(`/clusters/${part(cluster)}/servers/${part(server)}/backups/${part(id)}`, backupRun),
    verifyDump: async (cluster, { server, name }) =>
      await post(`/clusters/${part(cluster)}/dumps/${part(server)}/${part(name)}/verify`, {}, verifyRun),
    verifyRun: async (cluster, server, id) =>
      await get(`/clusters/${part(cluster)}/servers/${part(server)}/verifications/${part(id)}`, verifyRun),
    connectionParameters: async (cluster, server) =>
      await get(`/clusters/${part(cluster)}/servers/${part(server)}/connection-parameters`, connectionParametersBody),
  };
}
