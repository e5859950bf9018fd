import { z } from 'zod';
import { takeoverKind } from '../contract/takeover.ts';
import { outcome } from '../contract/operation.ts';
import type { ReplicaStatus } from '../mariadb/replica-status.ts';
import { semiSync } from './before.ts';
import { taskHook } from './hooks/task-hook.ts';

export const ssl = z.object({
  allowed: z.boolean(),
  verifyServer: z.boolean(),
  caFile: z.string(),
  caPath: z.string(),
  certificate: z.string(),
  key: z.string(),
  cipher: z.string(),
  crl: z.string(),
  crlPath: z.string(),
});

/** All of a replica's connection that CHANGE MASTER can state, but the password. */
const connection = z.object({
  name: z.string(),
  user: z.string(),
  connectRetrySeconds: z.number(),
  heartbeatPeriodSeconds: z.number(),
  delaySeconds: z.number(),
  ssl,
});
export type TaskConnection = z.infer<typeof connection>;

/** A source outside of the cluster that the old primary replicates from. */
const taskSource = connection.extend({
  host: z.string(),
  port: z.number(),
  /** It is to run on the new primary: it ran on the old one. */
  running: z.boolean(),
  /** False: it is stopped and left behind, which the operator has accepted. */
  moves: z.boolean(),
  /** What it leaves out, by the column of SHOW ALL SLAVES STATUS. */
  filters: z.array(z.object({ column: z.string(), value: z.string() })),
});
export type TaskSource = z.infer<typeof taskSource>;

const taskServer = z.object({
  name: z.string(),
  host: z.string(),
  port: z.number(),
  serverId: z.number(),
  /** Understands MASTER_DEMOTE_TO_SLAVE. */
  demote: z.boolean(),
  /** Answered when the plan was made. */
  reachable: z.boolean(),
  /** Its connection to the old primary; null where it has none. */
  connection: connection.nullable(),
  /** What the configuration says of TLS for its replication; absent: nothing. */
  ssl: ssl.optional(),
  /** It runs with TCP off: where it is promoted, nobody can follow it, and only programs on its own host write. */
  tcpOff: z.boolean().optional(),
  /** What a failover can't read of a primary that is gone: as the watch saw it last. */
  lastSeen: z
    .object({ eventScheduler: z.enum(['on', 'off', 'disabled']), semiSync: semiSync.nullable() })
    .nullable()
    .optional(),
});
export type TaskServer = z.infer<typeof taskServer>;

/** What is done to a cluster under the lock for takeovers. */
const taskKind = z.enum([...takeoverKind.options, 'rejoin', 'reseed']);

/** What a takeover is to do, as it goes into the journal: enough to take it up again, and no secret in it. */
export const task = z.object({
  cluster: z.string(),
  kind: taskKind,
  /** The new primary; of a rejoin: the primary as it is. */
  target: z.string(),
  /** Of a rejoin or a reseed: the server that is to follow. */
  oldPrimary: z.string().nullable(),
  /** Of a rejoin: whom the server followed instead; null: nobody. */
  formerSource: z.object({ host: z.string(), port: z.number() }).nullable().optional(),
  /** Of a reseed: by which its agent knows it. */
  reseedId: z.string().optional(),
  /** Replicas of the old primary that are to follow the new one. */
  others: z.array(z.string()),
  /** Servers that could not be reached and are left behind. */
  unreachable: z.array(z.string()),
  servers: z.array(taskServer),
  sources: z.array(taskSource).default([]),
  accepted: z.array(z.string()),
  dryRun: z.boolean(),
  budgetMs: z.number(),
  longWriteSeconds: z.number(),
  /** Transactions that a failover is known to lose, by the plan; null where nobody can know. */
  transactionsLost: z.number().nullable(),
  /** Programs that go along with it, in their order. */
  hooks: z.array(taskHook).optional(),
  /** Only this one of its hooks is run, again, after the operation has ended. */
  again: z
    .object({
      hook: z.string(),
      attempts: z.number(),
      operationId: z.string(),
      startedAt: z.string(),
      pointOfNoReturnPassed: z.boolean(),
      ending: z
        .object({
          outcome,
          failure: z.object({ step: z.string(), server: z.string(), error: z.string() }).nullable(),
        })
        .nullable(),
    })
    .optional(),
});
export type Task = z.infer<typeof task>;

/** The connection as the task keeps it. */
export function taskConnection(status: ReplicaStatus): TaskConnection {
  const { connection: name, user, connectRetrySeconds, heartbeatPeriodSeconds, delaySeconds } = status;
  return { name, user, connectRetrySeconds, heartbeatPeriodSeconds, delaySeconds, ssl: { ...status.ssl } };
}

/** Whether the task makes a server follow the primary that there is: nobody is promoted. */
export function isRejoin({ kind }: Task): boolean {
  return kind === 'rejoin' || kind === 'reseed';
}

/** The source as the task keeps it. */
export function taskSourceOf(status: ReplicaStatus, moves: boolean): TaskSource {
  const { host, port } = status;
  const running = status.ioThread === 'running' || status.ioThread === 'connecting' || status.sqlThread === 'running';
  const filters = status.filters.map((words) => {
    const at = words.indexOf('=');
    return { column: words.slice(0, at), value: words.slice(at + 1) };
  });
  return { ...taskConnection(status), host, port, running, moves, filters };
}

/** The server of that name. Throws where the task has none: a bug. */
export function serverOf(of: Task, name: string): TaskServer {
  const server = of.servers.find((candidate) => candidate.name === name);
  if (!server) throw new Error(`the task has no server ${name}`);
  return server;
}

/** The servers that a failover acts on: all that answer, but the old primary. */
export function failoverReplicas({ servers, oldPrimary }: Task): string[] {
  return servers.filter(({ name, reachable }) => reachable && name !== oldPrimary).map(({ name }) => name);
}

/** TLS of the connection that makes `server` follow the new primary: as configured, else as `like` had it. */
export function sslFor(of: Task, server: string, like: TaskConnection): TaskConnection['ssl'] {
  return serverOf(of, server).ssl ?? like.ssl;
}

/** The connection of the target to the old primary. Throws where the task has none: a bug. */
export function targetConnection(of: Task): TaskConnection {
  const { connection: found } = serverOf(of, of.target);
  if (!found) throw new Error(`${of.target} has no connection in the task`);
  return found;
}
