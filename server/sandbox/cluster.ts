import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { accountStatements, createAccounts, type SandboxAccounts } from './accounts.ts';
import { assemble, removeCluster, secretsFolder } from './assemble.ts';
import { readRecord, writeRecord, type ClusterRecord } from './cluster-record.ts';
import { refuseInUse } from './in-use.ts';
import type { Authority } from '../tls/authority.ts';
import { createAuthority, replicationFiles, secureSettings } from './secure.ts';
import { openRelay, type Relay } from './relay.ts';
import { caughtUp, follow } from './replication.ts';
import { SCHEMA_STATEMENTS } from './schema.ts';
import type { SandboxServer } from './server-process.ts';
import { copyTemplate, templateDirectory } from './template.ts';

type Settings = Readonly<Record<string, string | number>>;

export interface ClusterOptions {
  /** Folder of the cluster; made if absent. Absent: a new one under os.tmpdir(). */
  readonly dir?: string;
  readonly name?: string;
  /** How many follow db-1: db-2 and on. 2 unless said. */
  readonly replicas?: number;
  readonly semiSync?: boolean;
  /** Applier threads of each server; 0 (the default) applies one transaction after the other. */
  readonly parallelThreads?: number;
  /** A relay between each replica and its primary: `link(replica)`. */
  readonly relays?: boolean;
  /** A relay before each server, which replicas and console use as its address: `front(server)`. */
  readonly fronts?: boolean;
  /** TLS with certificates of an authority of its own; replication needs one (REQUIRE X509) and verifies the server's. */
  readonly secure?: boolean;
  /** Further mariadbd settings by name: of all servers, and of single ones. */
  readonly settings?: Settings;
  readonly settingsOf?: Readonly<Record<string, Settings>>;
  readonly cacheDir?: string;
}

export interface SandboxCluster extends AsyncDisposable {
  readonly name: string;
  readonly dir: string;
  readonly servers: readonly SandboxServer[];
  readonly accounts: SandboxAccounts;
  /** Of a cluster made with `secure`; null for any other. */
  readonly authority: Authority | null;
  /** The server of that name; throws where there is none, as do `front` and `link`. */
  server(name: string): SandboxServer;
  /** The relay before the server (option `fronts`). */
  front(server: string): Relay;
  /** The relay between this replica and its primary (option `relays`). */
  link(replica: string): Relay;
  /** Ends every process by its id; removes the folder unless `keep` (then the servers end in order). */
  stop(options?: { readonly keep?: boolean }): Promise<void>;
}

/**
 * Starts a primary and its replicas on free ports of 127.0.0.1 and resolves when the replicas have applied all the
 * primary has (0.3 s for three servers on two idle cores). On failure nothing is left running and nothing in the folder.
 * Throws where the folder holds a finished cluster: that one is for `reopenCluster`.
 */
export async function createCluster(options: ClusterOptions = {}): Promise<SandboxCluster> {
  const template = await templateDirectory(options.cacheDir);
  const dir = options.dir ?? (await mkdtemp(join(tmpdir(), 'baton-')));
  const record = newRecord(options, dir);
  await prepareFolder(dir, record);
  const accounts = await createAccounts(secretsFolder(dir));
  const names = record.servers.map(({ name }) => name);
  const authority = options.secure ? await createAuthority(dir, names) : null;
  const cluster = await assemble(dir, record, accounts, {
    fronts: options.fronts ?? false,
    wholeFolder: options.dir === undefined,
    authority,
  });
  try {
    await Promise.all(
      cluster.servers.map(async (server) => await beginServer(server, template, accounts, authority !== null)),
    );
    await replicate(cluster, options.relays ?? false);
    await writeRecord(dir, { ...record, state: 'ready', servers: withPorts(record, cluster) });
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
}

function newRecord(options: ClusterOptions, dir: string): ClusterRecord {
  const names = Array.from({ length: 1 + (options.replicas ?? 2) }, (_, index) => `db-${index + 1}`);
  return {
    format: 1,
    name: options.name ?? 'sandbox',
    state: 'creating',
    relays: (options.relays ?? false) || (options.fronts ?? false),
    servers: names.map((name, index) => ({
      name,
      serverId: index + 1,
      port: 0,
      settings: {
        ...settingsFor(index, options),
        ...(options.secure ? secureSettings(dir, name) : {}),
        ...options.settings,
        ...options.settingsOf?.[name],
      },
    })),
  };
}

function settingsFor(index: number, options: ClusterOptions): Settings {
  return {
    ...(index > 0 ? { read_only: 1 } : {}),
    ...(options.parallelThreads ? { slave_parallel_threads: options.parallelThreads } : {}),
    ...(options.semiSync ? { rpl_semi_sync_slave_enabled: 1 } : {}),
    ...(options.semiSync && index === 0 ? { rpl_semi_sync_master_enabled: 1 } : {}),
  };
}

async function prepareFolder(dir: string, record: ClusterRecord): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const earlier = await readRecord(dir);
  if (earlier?.state === 'ready') throw new Error(`${dir} holds a cluster already`);
  if (earlier) {
    await refuseInUse(dir, earlier);
    await removeCluster(dir, earlier);
    await mkdir(dir, { recursive: true, mode: 0o700 });
  }
  await writeRecord(dir, record);
}

/** Gives the server a data directory and its accounts, and starts it. */
async function beginServer(
  server: SandboxServer,
  template: string,
  accounts: SandboxAccounts,
  secure: boolean,
): Promise<void> {
  await mkdir(server.folder, { mode: 0o700 });
  await copyTemplate(template, server.dataDir);
  await writeFile(server.persistFile, '');
  await server.startAnywhere();
  const session = await server.session({ password: '' });
  for (const statement of accountStatements(accounts, secure)) await session.query(statement, { timeoutMs: 30_000 });
  session.destroy();
}

async function replicate(cluster: SandboxCluster & { readonly links: Map<string, Relay> }, relays: boolean) {
  const [primary, ...replicas] = cluster.servers;
  if (!primary) return;
  for (const replica of relays ? replicas : []) cluster.links.set(replica.name, await openRelay(() => primary));
  await Promise.all([
    primary.sql(...SCHEMA_STATEMENTS),
    ...replicas.map(async (replica) => {
      const tls = cluster.authority ? replicationFiles(cluster.dir, replica.name) : null;
      await follow(replica, cluster.links.get(replica.name) ?? primary.address, cluster.accounts.replication, tls);
    }),
  ]);
  await Promise.all(replicas.map(async (replica) => await caughtUp(replica, primary)));
}

/** The record's servers with the ports they have now. */
export function withPorts(record: ClusterRecord, cluster: SandboxCluster): ClusterRecord['servers'] {
  return record.servers.map((entry) => ({ ...entry, port: cluster.server(entry.name).port }));
}
