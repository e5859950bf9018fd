import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accountStatements, createAccounts, type SandboxAccounts } from './accounts.ts';
import { reservePort } from './ports.ts';
import { caughtUp, follow } from './replication.ts';
import { SCHEMA_STATEMENTS } from './schema.ts';
import { SandboxServer } from './server-process.ts';
import { copyTemplate, templateDirectory } from './template.ts';

export interface ClusterOptions {
  /** Folder of the cluster; made if absent. Absent: a new one under os.tmpdir(). */
  readonly dir?: string;
  readonly name?: string;
  /** db-1 is the primary; db-2 and on are its replicas. */
  readonly replicas?: number;
  readonly semiSync?: boolean;
  /** Applier threads of each server; 0 (the default) applies one transaction after the other. */
  readonly parallelThreads?: number;
  /** Further mariadbd settings of all servers, by name. */
  readonly settings?: Readonly<Record<string, string | number>>;
  readonly cacheDir?: string;
}

export interface SandboxCluster {
  readonly name: string;
  readonly dir: string;
  readonly servers: readonly SandboxServer[];
  readonly accounts: SandboxAccounts;
  /** The server of that name; throws where there is none. */
  server(name: string): SandboxServer;
  /** Ends every process by its id; removes the folder unless `keep`. */
  stop(options?: { readonly keep?: boolean }): Promise<void>;
}

/**
 * Starts a primary and its replicas on free ports of 127.0.0.1 and resolves when the replicas have applied all the
 * primary has (~1 s for three servers). On failure nothing is left running and the folder is removed if it was made here.
 */
export async function createCluster(options: ClusterOptions = {}): Promise<SandboxCluster> {
  const template = await templateDirectory(options.cacheDir);
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'baton-')));
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const accounts = await createAccounts(join(dir, 'secrets'));
  const record: ClusterRecord = {
    format: 1,
    name: options.name ?? 'sandbox',
    servers: Array.from({ length: 1 + (options.replicas ?? 2) }, (_, index) => ({
      name: `db-${index + 1}`,
      serverId: index + 1,
      port: 0,
      settings: settingsOf(index, options),
    })),
  };
  const cluster = await assemble(dir, record, accounts);
  try {
    await Promise.all(
      cluster.servers.map(async (server) => {
        await mkdir(server.folder, { mode: 0o700 });
        await copyTemplate(template, server.dataDir);
        await writeFile(server.persistFile, '');
        await startSomewhere(server);
        const session = await server.firstSession();
        for (const statement of accountStatements(accounts)) await session.query(statement, { timeoutMs: 30_000 });
        session.destroy();
      }),
    );
    await remember(cluster, record);
    const [primary, ...replicas] = cluster.servers;
    if (!primary) throw new Error('a cluster has a primary');
    await Promise.all([
      primary.sql(...SCHEMA_STATEMENTS),
      ...replicas.map((replica) => follow(replica, primary.address, accounts.replication)),
    ]);
    await Promise.all(replicas.map((replica) => caughtUp(replica, primary)));
  } catch (error) {
    await cluster.stop({ keep: options.dir !== undefined });
    throw error;
  }
  return cluster;
}

interface ClusterRecord {
  readonly format: 1;
  readonly name: string;
  readonly servers: readonly {
    readonly name: string;
    readonly serverId: number;
    readonly port: number;
    readonly settings: Readonly<Record<string, string | number>>;
  }[];
}

function settingsOf(index: number, options: ClusterOptions): Record<string, string | number> {
  return {
    ...(index > 0 ? { read_only: 1 } : {}),
    ...(options.parallelThreads ? { slave_parallel_threads: options.parallelThreads } : {}),
    ...(options.semiSync ? { rpl_semi_sync_slave_enabled: 1 } : {}),
    ...(options.semiSync && index === 0 ? { rpl_semi_sync_master_enabled: 1 } : {}),
    ...options.settings,
  };
}

async function assemble(dir: string, record: ClusterRecord, accounts: SandboxAccounts): Promise<SandboxCluster> {
  const sockets = await socketFolder(dir, record);
  const servers = await Promise.all(
    record.servers.map(async ({ name, serverId, port, settings }) => {
      const folder = join(dir, name);
      const reserved = await reservePort(port > 0 ? port : undefined);
      return new SandboxServer({
        name,
        serverId,
        folder,
        socket: sockets.of(name),
        port: reserved,
        accounts,
        settings,
      });
    }),
  );
  return {
    name: record.name,
    dir,
    servers,
    accounts,
    server(name) {
      const found = servers.find((server) => server.name === name);
      if (!found) throw new Error(`no server ${name}; there are ${servers.map((server) => server.name).join(', ')}`);
      return found;
    },
    async stop({ keep = false } = {}) {
      await Promise.all(servers.map((server) => (keep ? server.stop() : server.kill())));
      for (const server of servers) server.release();
      if (sockets.extra) await rm(sockets.extra, { recursive: true, force: true });
      if (!keep) await rm(dir, { recursive: true, force: true });
    },
  };
}

/** mariadbd refuses a socket path of more than 107 bytes: for a deep folder the sockets get a short one of their own. */
async function socketFolder(
  dir: string,
  record: ClusterRecord,
): Promise<{ of(name: string): string; extra: string | null }> {
  const within = (name: string): string => join(dir, name, 's');
  if (record.servers.every(({ name }) => Buffer.byteLength(within(name)) <= 107)) return { of: within, extra: null };
  const extra = await mkdtemp(join(tmpdir(), 'baton-s-'));
  return { of: (name) => join(extra, name), extra };
}

/** Starts on the reserved port, or on another one where a stranger took it in the meantime. */
async function startSomewhere(server: SandboxServer): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await server.start();
    } catch (error) {
      if (attempt === 5 || !(error instanceof Error) || !/Bind on TCP\/IP port/.test(error.message)) throw error;
      await server.move();
    }
  }
}

async function remember(cluster: SandboxCluster, record: ClusterRecord): Promise<void> {
  const servers = record.servers.map((entry) => ({ ...entry, port: cluster.server(entry.name).port }));
  await writeFile(join(cluster.dir, 'cluster.json'), JSON.stringify({ ...record, servers }, null, 2));
}
