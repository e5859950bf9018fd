import { z } from 'zod';
import { backupFailure, dump, dumpManifest, dumpMethod } from './dumps.ts';
import { firstCopyStatus } from './first-copy.ts';
import { diskSpace, instant } from './snapshot.ts';

/** GET /v1/status of an agent: what the console asks each poll. */
export const serviceStatus = z.object({
  name: z.string(),
  kind: z.enum(['supervisord', 'systemd', 'gate', 'command']),
  enabled: z.boolean(),
  running: z.boolean(),
  /** It runs all the time while it is enabled, not once when it is asked for. */
  daemon: z.boolean().default(false),
  /** When it last ran to its end, and how. */
  lastRun: z.object({ at: instant, ok: z.boolean(), id: z.string().optional() }).nullable(),
  /** What is wrong with it in a sentence: it fell, or its supervisor can't be asked. */
  problem: z.string().nullable().default(null),
});
export type ServiceStatus = z.infer<typeof serviceStatus>;

export const agentStatus = z.object({
  version: z.string(),
  server: z.string(),
  services: z.array(serviceStatus),
  /** Renewed certificates, the agent's own and the server's, that are not in force, with the reason. */
  certificateProblems: z.array(z.string()).default([]),
  /** Of the database beside it; an agent of an earlier version tells nothing. */
  database: z
    .object({
      /** The file system of its data directory. */
      disk: diskSpace.nullable(),
      /** read_only as its configuration has it now: what a restart would make of it. */
      readOnlyNext: z.boolean().nullable(),
    })
    .default({ disk: null, readOnlyNext: null }),
  /** Absent: there was a database, or the agent is not to make one. */
  firstCopy: firstCopyStatus.optional(),
  backups: z.object({
    nextAt: instant.nullable(),
    running: z
      .object({ id: z.string(), startedAt: instant, bytes: z.number(), method: dumpMethod.default('dump') })
      .nullable(),
    /** What the schedule makes, in this order. */
    methods: z.array(z.enum(['mariabackup', 'dump'])).default(['dump']),
    verifying: z.object({ id: z.string(), name: z.string(), startedAt: instant }).nullable().default(null),
    nextVerifyAt: instant.nullable().default(null),
    lastFailure: backupFailure.nullable(),
    /** All that stand, newest first. */
    failures: z.array(backupFailure).default([]),
    freeBytes: z.number().nullable(),
  }),
});
export type AgentStatus = z.infer<typeof agentStatus>;

/** Of an agent that makes no backups. */
export const noBackups: AgentStatus['backups'] = {
  nextAt: null,
  running: null,
  methods: [],
  verifying: null,
  nextVerifyAt: null,
  lastFailure: null,
  failures: [],
  freeBytes: null,
};

/** GET /backups/ with Accept: application/json, and GET /v1/backups. Whole backups only, newest first. */
export const agentBackups = z.object({ backups: z.array(dump) });

/**
 * GET /backups/index.json, and the file of that name in the backup directory, so that any static HTTP server serves what a
 * replica needs: the manifests of all whole backups, newest first. Names are relative to it.
 */
export const backupIndex = z.object({ format: z.literal(1), backups: z.array(dumpManifest) });
export type BackupIndex = z.infer<typeof backupIndex>;

/**
 * POST /v1/backups { method?, database? }. Absent: the first of the configured methods. `mariabackup`: full or incremental
 * as the configuration's rule says; `mariabackup-full`: full in any case.
 */
export const backupRequest = z.strictObject({
  method: z.enum(['dump', 'mariabackup', 'mariabackup-full']).optional(),
  /** A dump of this database alone. */
  database: z.string().min(1).max(64).optional(),
});
export type BackupRequest = z.infer<typeof backupRequest>;

/** POST /v1/backups answers 202 with this; GET /v1/backups/runs/ID answers it too. */
export const backupRun = z.object({
  id: z.string(),
  method: dumpMethod.default('dump'),
  startedAt: instant,
  endedAt: instant.nullable(),
  state: z.enum(['running', 'done', 'failed']),
  bytes: z.number(),
  name: z.string().nullable(),
  error: z.string().nullable(),
});
export type BackupRun = z.infer<typeof backupRun>;

/** POST /v1/backups/prune: removes now what is too old, and answers the names. */
export const pruned = z.object({ removed: z.array(z.string()) });

/** POST /v1/backups/NAME/verify answers 202 with this; GET /v1/verifications/ID answers it too. */
export const verifyRun = z.object({
  id: z.string(),
  name: z.string(),
  startedAt: instant,
  endedAt: instant.nullable(),
  /** failed: the backup is not good, or (ok null) that could not be found out. */
  state: z.enum(['running', 'done', 'failed']),
  step: z.enum(['unpack', 'prepare', 'start', 'load', 'check', 'compare']),
  /** Of the files, read so far and in all. */
  bytes: z.number(),
  totalBytes: z.number(),
  ok: z.boolean().nullable(),
  text: z.string().nullable(),
});
export type VerifyRun = z.infer<typeof verifyRun>;

/** POST /v1/services/NAME { action }; enable and disable answer the status, run answers 202 and the run. */
export const serviceAction = z.strictObject({ action: z.enum(['enable', 'disable', 'run']) });
export const serviceRun = z.object({
  id: z.string(),
  service: z.string(),
  startedAt: instant,
  endedAt: instant.nullable(),
  state: z.enum(['running', 'done', 'failed']),
  exitCode: z.number().nullable(),
  /** The last 64 KiB of what it printed. */
  log: z.string(),
});
export type ServiceRun = z.infer<typeof serviceRun>;

/**
 * POST /v1/sign-ins { host, port, user, password, tls? }: signs in from the agent's host, as the replica beside it will, and
 * answers whether that server lets it in. The console's token only.
 */
export const signInTest = z.strictObject({
  host: z.string().min(1).max(255),
  port: z.number().int().min(1).max(65_535),
  user: z.string().min(1).max(128),
  password: z.string().max(1000),
  /** As that replication will: files of the agent's host, "" for none. */
  tls: z
    .strictObject({
      ca: z.string(),
      certificate: z.string(),
      key: z.string(),
      crl: z.string(),
      verifyServer: z.boolean(),
    })
    .optional(),
});
export type SignInTest = z.infer<typeof signInTest>;
/** accepted: it signed in; denied: the server refused the account; unknown: the server could not be asked. */
export const signInAnswer = z.object({ result: z.enum(['accepted', 'denied', 'unknown']), text: z.string() });
export type SignInAnswer = z.infer<typeof signInAnswer>;

/**
 * POST /v1/read-only { readOnly }: writes the persistent setting beside the server's own configuration; null takes it out
 * again. GET answers what it is now.
 */
export const persistReadOnly = z.strictObject({ readOnly: z.boolean().nullable() });

/**
 * GET /v1/transactions?ranges=0-1-13:17,0-9-4:9 answers their SQL, as mariadb-binlog prints it from the server's own binary
 * logs: domain, server id, first and last sequence. The console's token only.
 */
export const transactionRanges = z
  .string()
  .regex(/^\d{1,10}-\d{1,10}-\d{1,20}:\d{1,20}(,\d{1,10}-\d{1,10}-\d{1,20}:\d{1,20}){0,99}$/);

/** POST /v1/reader-tokens { hours }: a token that reads this agent's backups and expires. The console's token only. */
export const readerTokenRequest = z.strictObject({ hours: z.int().min(1).max(168).default(24) });
export const readerToken = z.object({ token: z.string().min(16), expiresAt: instant });
export type ReaderToken = z.infer<typeof readerToken>;

/**
 * GET /v1/database with `Upgrade: mariadb`: the protocol of the database from then on, with the one server beside the agent,
 * where its configuration allows it.
 */
export const databasePath = '/v1/database';
export const databaseProtocol = 'mariadb';

/** Details of its refusal where the agent let us in and the server did not; none where nothing is known of the server. */
export const databaseRefusal = z.object({ database: z.enum(['refused', 'hung']) });
export type DatabaseRefusal = z.infer<typeof databaseRefusal>;
