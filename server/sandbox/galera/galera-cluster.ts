import { chmod, chown, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accountStatements, createAccounts, type SandboxAccounts } from '../accounts.ts';
import { secretsFolder } from '../assemble.ts';
import type { Launch } from '../mariadbd.ts';
import { reservePort, type ReservedPort } from '../ports.ts';
import { SCHEMA_STATEMENTS } from '../schema.ts';
import { SandboxServer } from '../server-process.ts';
import { copyTemplate, templateDirectory } from '../template.ts';
import { until } from '../until.ts';
import { galeraLaunch } from './launch.ts';
import { bootstrapNode, untilSynced, withStartOptions } from './node.ts';
import { nodeSettings } from './node-settings.ts';

export interface GaleraOptions {
  readonly name?: string;
  /** db-1, db-2 and db-3 unless said. */
  readonly nodes?: readonly string[];
  /** Further mariadbd settings of all nodes, and of single ones. */
  readonly settings?: Readonly<Record<string, string | number>>;
  readonly settingsOf?: Readonly<Record<string, Readonly<Record<string, string | number>>>>;
  /** Further provider options. */
  readonly provider?: Readonly<Record<string, string>>;
  /** A folder whose programs the nodes find before all others. */
  readonly tools?: string;
}

/** A real Galera cluster on 127.0.0.1. */
export interface GaleraSandbox extends AsyncDisposable {
  readonly name: string;
  readonly dir: string;
  readonly servers: readonly SandboxServer[];
  readonly accounts: SandboxAccounts;
  /** The node of that name; throws where there is none. */
  server(name: string): SandboxServer;
  /** Ends every process by its id, and removes the folder. */
  stop(): Promise<void>;
}

/**
 * Starts the nodes on free ports of 127.0.0.1 and resolves when all are Synced (7 s for three on two idle cores).
 * The first one's data are copied to the others while it is down, so that they join without a state transfer. On failure
 * nothing is left running and nothing in the folder.
 */
export async function createGaleraCluster(options: GaleraOptions = {}): Promise<GaleraSandbox> {
  const [template, launch] = await Promise.all([templateDirectory(), galeraLaunch(options.tools)]);
  const dir = await mkdtemp(join(tmpdir(), 'baton-galera-'));
  const ports: ReservedPort[] = [];
  const accounts = await createAccounts(secretsFolder(dir));
  const servers = await assembleNodes(dir, accounts, launch, options, ports);
  const cluster: GaleraSandbox = {
    name: options.name ?? 'sandbox',
    dir,
    servers,
    accounts,
    server(name) {
      const found = servers.find((one) => one.name === name);
      if (!found) throw new Error(`no node ${name}`);
      return found;
    },
    async stop() {
      await Promise.all(servers.map(async (server) => await server.kill()));
      for (const server of servers) server.release();
      for (const port of ports) port.release();
      // The script of a state transfer outlives its server by a moment, in which it cleans up there.
      await rm(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
    async [Symbol.asyncDispose]() {
      await this.stop();
    },
  };
  try {
    // The nodes' own account has to come through to their folders.
    await chmod(dir, 0o711);
    await fill(cluster, template, launch);
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
}

async function assembleNodes(
  dir: string,
  accounts: SandboxAccounts,
  launch: Launch,
  options: GaleraOptions,
  kept: ReservedPort[],
): Promise<SandboxServer[]> {
  const reserve = async (): Promise<number> => {
    const reserved = await reservePort();
    kept.push(reserved);
    return reserved.port;
  };
  const names = options.nodes ?? ['db-1', 'db-2', 'db-3'];
  const places: { name: string; sql: ReservedPort; ports: { group: number; ist: number; sst: number } }[] = [];
  for (const name of names) {
    const sql = await reservePort();
    places.push({ name, sql, ports: { group: await reserve(), ist: await reserve(), sst: await reserve() } });
  }
  const group = places.map(({ ports }) => ports.group);
  return places.map(({ name, sql, ports }, index) => {
    const { provider = {} } = options;
    const cluster = options.name ?? 'sandbox';
    return new SandboxServer({
      name,
      serverId: index + 1,
      folder: join(dir, name),
      socket: join(dir, name, 's'),
      port: sql,
      accounts,
      launch,
      settings: {
        ...nodeSettings({ cluster, name, port: sql.port, ports, group, provider }),
        ...options.settings,
        ...options.settingsOf?.[name],
      },
    });
  });
}

async function fill(cluster: GaleraSandbox, template: string, launch: Launch): Promise<void> {
  const [first, ...others] = cluster.servers;
  if (!first) return;
  for (const server of cluster.servers) await prepare(server, launch);
  await copyTemplate(template, first.dataDir);
  await own(first.dataDir, launch);
  await withStartOptions(first, 'wsrep_new_cluster=1', async () => await first.start());
  // On a fresh template root has no password yet.
  const session = await first.session({ password: '' });
  const ready = async (): Promise<boolean> =>
    (await session.query("SHOW GLOBAL STATUS WHERE Variable_name='wsrep_ready' AND Value='ON'", { timeoutMs: 5_000 }))
      .length > 0;
  await until(ready, { what: `${first.name} takes statements` });
  // They go to the others with the data: what is not replicated would be missing there.
  for (const statement of accountStatements(cluster.accounts).filter((text) => !text.startsWith('SET sql_log_bin')))
    await session.query(statement, { timeoutMs: 30_000 });
  const { observe } = cluster.accounts;
  // Who is in whose component: what tells two of them apart.
  await session.query(`GRANT SELECT ON mysql.wsrep_cluster_members TO '${observe.user}'@'%'`, { timeoutMs: 30_000 });
  session.destroy();
  await first.sql(...SCHEMA_STATEMENTS);
  await first.stop();
  for (const other of others) {
    await copyTemplate(first.dataDir, other.dataDir);
    await rm(join(other.dataDir, 'galera.cache'), { force: true });
  }
  await bootstrapNode(first);
  await Promise.all(others.map(async (other) => await other.start()));
  await untilSynced(cluster.servers);
}

async function prepare(server: SandboxServer, launch: Launch): Promise<void> {
  await mkdir(join(server.folder, 'tmp'), { recursive: true, mode: 0o700 });
  for (const file of [server.persistFile, server.startFile ?? server.persistFile, server.errorLog, server.optionsFile])
    await writeFile(file, '', { mode: 0o600 });
  await own(server.folder, launch);
}

/** Gives a folder and all in it to the account of the nodes. */
async function own(folder: string, { account }: Launch): Promise<void> {
  if (account === null) return;
  await chown(folder, account.uid, account.gid);
  for (const entry of await readdir(folder, { recursive: true }))
    await chown(join(folder, entry), account.uid, account.gid);
}
