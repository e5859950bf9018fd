import { copyFile, cp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { recoverPosition } from '../../../server/galera/host/recover-position.ts';
import type { GaleraStage } from '../../../server/galera/testing/stage.ts';
import { statusOf } from '../../../server/sandbox/galera/node.ts';
import type { SandboxServer } from '../../../server/sandbox/server-process.ts';
import { startWriteLoad, type WriteLoad } from '../../../server/sandbox/write-load.ts';
import type { Crash } from './draw-crash.ts';
import type { CrashFacts } from './judge-crash.ts';

const APPLICATION_PER_SECOND = 200;
/** As fast as a node takes them. */
const WRITER_PER_SECOND = 1_000;
const LOOK_MS = 100;
const POSITION_MS = 60_000;

/** The application: turns to whichever node takes its writes, through the outage as well. */
export function application({ cluster }: GaleraStage): WriteLoad {
  return startWriteLoad({ ...targets(cluster.accounts, cluster.servers), perSecond: APPLICATION_PER_SECOND });
}

/** Brings the cluster down under writes into every node; answers what was acknowledged by those writers. */
export async function crash({ cluster }: GaleraStage, { writesMs, deaths }: Crash): Promise<string[]> {
  const { accounts, servers } = cluster;
  const writers = servers.map((server) =>
    startWriteLoad({ ...targets(accounts, [server]), perSecond: WRITER_PER_SECOND }),
  );
  await Promise.all(writers.map(async (writer) => await writer.flowing()));
  await delay(writesMs);
  for (const { node: name, afterMs } of deaths) {
    await delay(afterMs);
    await cluster.server(name).kill();
  }
  const reports = await Promise.all(writers.map(async (writer) => await writer.stop()));
  return reports.flatMap(({ acknowledged }) => acknowledged);
}

function targets({ app }: GaleraStage['cluster']['accounts'], servers: readonly SandboxServer[]) {
  return {
    servers: servers.map(({ name, host, port }) => ({ name, address: { host, port } })),
    account: { user: app.user, password: app.password },
  };
}

/** Copies of the data of dead nodes, of which somebody else than who recovers them can be asked. */
export interface Remains {
  /** Reads the positions, of all at once, and removes the copies; answers as well how long the reading took. */
  read(): Promise<{ readonly positions: CrashFacts['positions']; readonly ms: number }>;
}

/** Copies what the nodes left, before anybody touches it. */
export async function keepRemains({ cluster }: GaleraStage): Promise<Remains> {
  const places = await Promise.all(
    cluster.servers.map(async ({ name, dataDir, optionsFile }) => {
      const folder = join(cluster.dir, `${name}.remains`);
      const options = join(cluster.dir, `${name}.remains.cnf`);
      await cp(dataDir, folder, {
        recursive: true,
        preserveTimestamps: true,
        filter: (path) => !path.endsWith('galera.cache'),
      });
      await copyFile(optionsFile, `${options}.base`);
      await writeFile(options, `!include ${options}.base\n[mariadbd]\ndatadir=${folder}\n`);
      return { name, folder, options };
    }),
  );
  return {
    async read() {
      const startedAt = performance.now();
      const found = await Promise.all(
        places.map(async ({ name, folder, options }) => {
          const asked = { program: 'mariadbd', optionsFile: options, dataDirectory: folder, timeoutMs: POSITION_MS };
          return { name, position: await recoverPosition(asked) };
        }),
      );
      const ms = performance.now() - startedAt;
      await Promise.all(places.map(async ({ folder }) => await rm(folder, { recursive: true })));
      const positions = found.map(({ name, position }) => {
        if (position.kind !== 'position') throw new Error(`${name} told no position: ${position.reason}`);
        return [name, { uuid: position.uuid, seqno: position.seqno }] as const;
      });
      return { positions: Object.fromEntries(positions), ms };
    },
  };
}

/** Resolves when every node says of itself that it is Synced in one Primary component of all. */
export async function allSynced({ cluster: { servers } }: GaleraStage, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const states = await Promise.all(servers.map(statusOf));
    const there = states.filter(
      (status) =>
        status['local_state_comment'] === 'Synced' &&
        status['cluster_status'] === 'Primary' &&
        status['cluster_size'] === String(servers.length),
    );
    if (there.length === servers.length) return;
    if (performance.now() > deadline) throw new Error(`only ${there.length} nodes were Synced in ${timeoutMs} ms`);
    await delay(LOOK_MS);
  }
}

/** What each node holds and says, with nobody writing. */
export async function lookAt({ cluster: { servers } }: GaleraStage): Promise<CrashFacts['nodes']> {
  return await Promise.all(
    servers.map(async (node) => {
      const wait = 'SET SESSION wsrep_sync_wait=1';
      const rows = await node.sql(wait, 'SELECT uid FROM shop.orders');
      const sums = await node.sql(wait, 'CHECKSUM TABLE shop.orders, shop.customers, shop.products');
      return {
        name: node.name,
        status: await statusOf(node),
        uids: new Set(rows.map(({ uid }) => String(uid))),
        checksums: JSON.stringify(sums),
      };
    }),
  );
}
