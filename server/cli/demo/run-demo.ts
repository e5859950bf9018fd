import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../contract/errors.ts';
import type { ClusterSnapshot } from '../../contract/snapshot.ts';
import type { SandboxCluster } from '../../sandbox/cluster.ts';
import { ensureBuild } from '../../setup/build.ts';
import { complain, say, step } from '../../setup/progress.mjs';
import { watchFiles } from '../../tls/watch-files.ts';
import { consoleApi, type ConsoleApi } from '../console-api/api.ts';
import { carryOut } from '../sandbox/carry-out.ts';
import { serveControl } from '../sandbox/control-server.ts';
import { steadyLoad } from '../sandbox/steady-load.ts';
import { demoCertificates } from './certificates.ts';
import { consoleYaml, type AgentPlace, type GaleraPlace } from './configuration-text.ts';
import { consolePort } from './console-port.ts';
import { firstDump } from './first-dump.ts';
import { firstStatus } from './first-status.ts';
import { takeFolder } from './folder.ts';
import { startGalera, withNodes } from './start-galera.ts';
import { keepConsole } from './keep-console.ts';
import { keepDemoFile } from './keep-demo-file.ts';
import { clusterName, galeraNodes, layout, type Layout } from './layout.ts';
import type { DemoOptions } from './options.ts';
import { admit, type Credentials } from './people.ts';
import { listening } from './listening.ts';
import { placeAgents, startAgent, startConsole } from './processes.ts';
import { readyLines } from './ready-text.ts';
import { keptSecret } from './secrets.ts';
import { startCluster } from './start-cluster.ts';

const root = join(import.meta.dirname, '..', '..', '..');

/** An agent that does not come up is shown as such by the console; the demo goes on. */
const agentTimeoutMs = 10_000;

/** How to end what was started: called in reverse order. */
export type Endings = (() => Promise<void>)[];

/** What is known once the servers run and the files are written. */
interface Prepared {
  readonly paths: Layout;
  readonly cluster: SandboxCluster;
  readonly agents: readonly AgentPlace[];
  readonly galera: GaleraPlace | null;
  readonly url: string;
  readonly credentials: Credentials;
  readonly api: ConsoleApi;
}

/**
 * Starts all of the demo and resolves when it is ready and has said so. What it starts is put on `endings` at once, so that
 * it can be ended whether this resolves or rejects. Rejects with SetupError for what a user can put right.
 */
export async function runDemo(options: DemoOptions, endings: Endings): Promise<void> {
  const startedMs = Date.now();
  const prepared = await prepare(options, endings);
  const { paths, cluster, api, url, credentials } = prepared;
  const load = steadyLoad(cluster);
  endings.push(async () => await load.set(0));
  await load.set(options.writeLoad);
  const { snapshot, consolePid } = await step('console', 'starting it and the agents', async () => {
    return await begin(prepared, endings);
  });
  const all = withNodes(cluster, prepared.galera);
  endings.push(await serveControl(options.dir, async (request) => await carryOut(all, load, request)));
  if ((await api.dumps(clusterName)).length === 0) {
    await step('first dump', 'making it', async () => await firstDump(api, snapshot)).catch((error: unknown) =>
      complain(`There is no dump yet: ${messageOf(error)}`),
    );
  }
  const file = keepDemoFile(paths, api, (seen) => ({ ...prepared, consolePid: consolePid(), snapshot: seen }));
  endings.push(async () => await file.stop());
  await file.start(snapshot);
  const seconds = (Date.now() - startedMs) / 1000;
  const { authority } = cluster;
  for (const line of readyLines(paths, { url, seconds, authority, galera: options.galera }, credentials)) say(line);
}

/** Servers, pages and files. */
async function prepare(options: DemoOptions, endings: Endings): Promise<Prepared> {
  const paths = layout(options.dir);
  await takeFolder(paths, options.fresh);
  const port = await consolePort(options.port);
  const [started, built] = await Promise.allSettled([startCluster(paths.cluster, options), ensureBuild(root)]);
  if (started.status === 'fulfilled') endings.push(async () => await started.value.stop({ keep: true }));
  if (started.status === 'rejected') throw started.reason;
  if (built.status === 'rejected') throw built.reason;
  const cluster = started.value;
  await Promise.all([keptSecret(paths.secret('session'), 32), keptSecret(paths.secret('agent'), 32)]);
  const { authority } = cluster;
  const names = [...cluster.servers.map(({ name }) => name), ...(options.galera ? galeraNodes : [])];
  if (authority) await step('certificates', 'making them', async () => await demoCertificates(authority, names));
  const agents = await placeAgents(cluster, authority !== null);
  const galera = options.galera ? await startGalera(options.dir, authority !== null, endings) : null;
  const url = `${authority === null ? 'http' : 'https'}://127.0.0.1:${port}`;
  await writeFile(paths.config, consoleYaml(paths, cluster, agents, galera, { port, url }), { mode: 0o600 });
  const credentials = await admit(paths);
  const ca = authority === null ? {} : { ca: await readFile(authority.files('console').ca, 'utf8') };
  return {
    paths,
    cluster,
    agents,
    galera,
    url,
    credentials,
    api: consoleApi({ url, token: credentials.token, ...ca }),
  };
}

/** Agents and console; answers the first status. */
async function begin(
  { paths, cluster, agents, galera, api }: Prepared,
  endings: Endings,
): Promise<{ snapshot: ClusterSnapshot; consolePid: () => number }> {
  await Promise.all(
    [...agents, ...(galera?.agents ?? [])].map(async (place) => {
      const child = await startAgent(paths, place, cluster.authority);
      endings.push(async () => await child.stop());
      // Before the console looks for the first time: it looks again only seconds later.
      await listening(place.port, agentTimeoutMs);
    }),
  );
  const first = await startConsole(paths);
  const kept = keepConsole(
    first,
    async () => await startConsole(paths),
    async () => await api.clusters().then(Boolean, () => false),
  );
  endings.push(async () => await kept.stop());
  // As who edits a configuration does: a replica that joins writes itself into it.
  const watched = watchFiles([paths.config], async () => void process.kill(kept.pid(), 'SIGHUP'));
  endings.push(async () => watched.stop());
  return { snapshot: await firstStatus(api, first.running, paths.log('console')), consolePid: kept.pid };
}
