import { mkdtemp, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SandboxAccounts } from './accounts.ts';
import { recordFile, type ClusterRecord } from './cluster-record.ts';
import type { SandboxCluster } from './cluster.ts';
import type { Authority } from '../tls/authority.ts';
import { authorityFolder } from './secure.ts';
import { reservePort } from './ports.ts';
import { portOwner } from './port-owner.ts';
import { openRelay, type Relay } from './relay.ts';
import { SandboxServer } from './server-process.ts';

/** Where the passwords of a throw-away cluster are, each in its file. */
export const secretsFolder = (dir: string): string => join(dir, 'secrets');

/**
 * Builds the cluster's servers, stopped, on their earlier ports where these are free; with a relay before each if asked (`fronts`).
 * With `wholeFolder`, stop() removes the folder with all that anybody put into it.
 */
export async function assemble(
  dir: string,
  record: ClusterRecord,
  accounts: SandboxAccounts,
  options: { readonly fronts?: boolean; readonly wholeFolder?: boolean; readonly authority?: Authority | null } = {},
): Promise<SandboxCluster & { readonly links: Map<string, Relay> }> {
  const sockets = await socketFolder(dir, record);
  const relays = new Map<string, Relay>();
  const links = new Map<string, Relay>();
  // Replicas all use the address of the server's front: who comes is told by whose port it is.
  const whoConnects = async (port: number): Promise<string | null> =>
    await portOwner(port, new Map(servers.filter((one) => one.alive()).map((one) => [one.name, one.pid])));
  const servers: SandboxServer[] = await Promise.all(
    record.servers.map(async ({ name, serverId, port, settings }) => {
      const reserved = await reservePort(port > 0 ? port : undefined);
      const plan = { name, serverId, folder: join(dir, name), socket: sockets.of(name), accounts, settings };
      const front = options.fronts ? await openRelay(() => server, whoConnects) : null;
      if (front) relays.set(name, front);
      const server: SandboxServer = new SandboxServer({ ...plan, port: reserved, ...(front ? { front } : {}) });
      return server;
    }),
  );
  const cluster: SandboxCluster & { readonly links: Map<string, Relay> } = {
    name: record.name,
    dir,
    servers,
    accounts,
    authority: options.authority ?? null,
    links,
    server: (name) => named(new Map(servers.map((server) => [server.name, server])), name, 'server'),
    front: (name) => named(relays, name, 'relay before a server'),
    link: (name) => named(links, name, 'relay of a replica'),
    async stop({ keep = false } = {}) {
      await Promise.all(servers.map((server) => (keep ? server.stop() : server.kill())));
      for (const server of servers) server.release();
      for (const relay of [...relays.values(), ...links.values()]) await relay.close();
      if (sockets.extra) await rm(sockets.extra, { recursive: true, force: true });
      if (!keep && options.wholeFolder) await rm(dir, { recursive: true, force: true });
      else if (!keep) await removeCluster(dir, record);
    },
    async [Symbol.asyncDispose]() {
      await this.stop();
    },
  };
  return cluster;
}

/** Removes what a cluster has in its folder, and the folder if nothing else is in it. */
export async function removeCluster(dir: string, record: ClusterRecord): Promise<void> {
  const own = [
    ...record.servers.map(({ name }) => join(dir, name)),
    secretsFolder(dir),
    authorityFolder(dir),
    recordFile(dir),
  ];
  for (const path of own) await rm(path, { recursive: true, force: true });
  await rmdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'ENOENT') throw error;
  });
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

function named<T>(things: ReadonlyMap<string, T>, name: string, what: string): T {
  const found = things.get(name);
  if (found === undefined) throw new Error(`no ${what} ${name}; there are: ${[...things.keys()].join(', ') || 'none'}`);
  return found;
}
