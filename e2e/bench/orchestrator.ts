import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { accessSync, closeSync, constants, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { reservePort } from '../../server/sandbox/ports.ts';
import type { BenchCluster } from './bench-cluster.ts';
import type { Contender } from './contender.ts';

const READY_WITHIN_MS = 60_000;
const USER = 'orchestrator';
const answer = z.object({ Code: z.string(), Message: z.string() });
const instances = z.array(z.object({ IsLastCheckValid: z.boolean() }));

/** The program: BATON_ORCHESTRATOR, or one in PATH; null where there is none. */
export function orchestratorProgram(): string | null {
  const named = process.env['BATON_ORCHESTRATOR'];
  const places = named === undefined ? (process.env['PATH'] ?? '').split(delimiter) : [];
  const candidates = named === undefined ? places.map((place) => join(place, 'orchestrator')) : [named];
  return candidates.find(executable) ?? null;
}

/**
 * Orchestrator with its own API on loopback: a graceful takeover to the named server, and the recovery of a dead primary
 * on command, so that its detection (seconds) is not in the figure. A new one for each round: it knows nothing of the last.
 */
export async function orchestrator(program: string, cluster: BenchCluster): Promise<Contender> {
  const password = randomBytes(12).toString('hex');
  for (const { name } of cluster.servers) {
    await cluster.sql(
      name,
      'SET SESSION sql_log_bin=0',
      `CREATE OR REPLACE USER '${USER}'@'%' IDENTIFIED BY '${password}'`,
      `GRANT ALL PRIVILEGES ON *.* TO '${USER}'@'%'`,
    );
  }
  let running: Running | null = null;
  const call = async (path: string): Promise<void> => {
    const { Code, Message } = answer.parse(await running?.get(path));
    if (Code !== 'OK') throw new Error(`orchestrator, ${path}: ${Message}`);
  };
  const place = (name: string): string => `127.0.0.1/${cluster.server(name).port}`;
  return {
    name: 'orchestrator',
    async ready(primary) {
      running = await start(program, cluster, password);
      await running.knows(
        place(primary),
        cluster.servers.map(({ name }) => place(name)),
      );
    },
    switchover: async (from, to) => await call(`graceful-master-takeover-auto/${place(from)}/${place(to)}`),
    failover: async (dead) => await Promise.resolve(async () => await call(`force-master-failover/${place(dead)}`)),
    async rest() {
      await running?.stop();
      running = null;
    },
  };
}

interface Running {
  /** What the API answers. Throws where nothing answers. */
  get(path: string): Promise<unknown>;
  /** Resolves when it has looked at all the servers and has them in the primary's cluster. */
  knows(primary: string, servers: readonly string[]): Promise<void>;
  stop(): Promise<void>;
}

async function start(program: string, cluster: BenchCluster, password: string): Promise<Running> {
  const dir = mkdtempSync(join(cluster.dir, 'orchestrator-'));
  const reserved = await reservePort();
  const port = reserved.port;
  const configuration = join(dir, 'orchestrator.json');
  writeFileSync(configuration, JSON.stringify(settings(cluster, dir, port, password)), { mode: 0o600 });
  const log = openSync(join(dir, 'log'), 'w', 0o600);
  reserved.release();
  const child = spawn(program, ['--config', configuration, 'http'], { cwd: dir, stdio: ['ignore', log, log] });
  closeSync(log);
  const get = async (path: string): Promise<unknown> =>
    await (await fetch(`http://127.0.0.1:${port}/api/${path}`)).json();
  return {
    get,
    async knows(primary, servers) {
      const startedAt = performance.now();
      for (;;) {
        const found = await seen(get, primary, servers).catch(() => []);
        if (found.filter(({ IsLastCheckValid }) => IsLastCheckValid).length === servers.length) return;
        if (child.exitCode !== null || performance.now() - startedAt > READY_WITHIN_MS)
          throw new Error(`orchestrator sees ${found.length} of ${servers.length} servers; its log is in ${dir}`);
        await delay(100);
      }
    },
    async stop() {
      await end(child);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** The primary first: a replica is put into the cluster of a primary that is known. */
async function seen(
  get: Running['get'],
  primary: string,
  servers: readonly string[],
): Promise<z.output<typeof instances>> {
  for (const server of [primary, ...servers]) await get(`discover/${server}`);
  return instances.parse(await get(`cluster/instance/${primary}`));
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** It polls each second, acts on command only, and lets nothing be older than that. */
function settings(cluster: BenchCluster, dir: string, port: number, password: string): object {
  const { user, password: replicationPassword } = cluster.replication;
  return {
    ListenAddress: `127.0.0.1:${port}`,
    BackendDB: 'sqlite',
    SQLite3DataFile: join(dir, 'orchestrator.sqlite3'),
    MySQLTopologyUser: USER,
    MySQLTopologyPassword: password,
    HostnameResolveMethod: 'none',
    MySQLHostnameResolveMethod: '',
    DiscoverByShowSlaveHosts: true,
    InstancePollSeconds: 1,
    ReplicationCredentialsQuery: `SELECT '${user}', '${replicationPassword}'`,
    RecoverMasterClusterFilters: [],
    RecoveryPeriodBlockSeconds: 1,
    ApplyMySQLPromotionAfterMasterFailover: true,
    // As a careful person would set it: what was received is not thrown away.
    DelayMasterPromotionIfSQLThreadNotUpToDate: true,
  };
}

function executable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
