import { setTimeout as delay } from 'node:timers/promises';
import type { Operation } from '../../server/contract/operation.ts';
import { gtidList } from '../../server/mariadb/gtid.ts';
import { text } from '../../server/mariadb/row.ts';
import { caughtUp, followed } from '../../server/sandbox/replication.ts';
import type { SandboxServer } from '../../server/sandbox/server-process.ts';
import { verifyWrites } from '../../server/sandbox/write-load.ts';
import { isReadOnly } from '../../server/takeover/testing/server-state.ts';
import type { Arena } from './arena.ts';
import type { ErrandEnd } from './errand.ts';
import { mainView, primaryBy, succeeded, type Facts, type ServerAfter } from './facts.ts';
import { judgePage } from './judge-page.ts';
import type { ServerName } from './round.ts';
import type { Stage } from './stage.ts';

/** Time for replication to come back by itself once every fault is over: it tries each second. */
const SETTLE_MS = 12_000;
const FLOW_MS = 10_000;
const PAGE_MS = 4_000;

/** Asks the servers and the console's pages, with every fault released, what became of them and of the writes. */
export async function lookAfter(
  { cluster, load, probe }: Arena,
  stage: Stage,
  round: Facts['round'],
  asked: ErrandEnd,
): Promise<Facts> {
  const { inflicted } = stage;
  // The report of another operation may have grown meanwhile.
  const end = { ...asked, views: asked.views.filter(({ kind }) => kind === round.kind) };
  const view = mainView(end.views);
  const primary = cluster.server(primaryBy(round, view));
  // Of a failover before a rejoin the console that acts now may not know: a rival has a store of its own.
  const recognised = round.kind === 'failover' && succeeded(view) ? await stage.recognised() : stage.recognisedBefore;
  const flowing = await load.flowing(FLOW_MS).then(
    () => true,
    () => false,
  );
  const { acknowledged } = await load.stop();
  const { overlaps } = await probe.stop();
  const readServers = async (): Promise<ServerAfter[]> =>
    await Promise.all(cluster.servers.map(async (server) => await after(server, primary, cluster.servers)));
  const servers = await readServers();
  const missing = await verifyWrites(primary, acknowledged);
  let nowhere = await verifyWrites(primary, [...missing, ...stage.privilegedWrites]);
  for (const server of cluster.servers) nowhere = await verifyWrites(server, nowhere);
  let facts = {
    round,
    inflicted,
    view,
    end,
    recognised,
    overlaps,
    servers,
    missing,
    missingEverywhere: nowhere,
    received: round.kind === 'failover' && succeeded(view) ? await receivedBy(primary, round, view, stage) : null,
    flowing,
  };
  // A page is a moment behind: what another console has done it learns from the store within seconds. A server that has just
  // come back is made read-only a moment later: both are looked at again.
  const deadline = performance.now() + PAGE_MS;
  let look = await stage.consoles.look();
  while (judgePage({ ...facts, look }).length > 0 && performance.now() < deadline) {
    await delay(200);
    facts = { ...facts, servers: await readServers() };
    look = await stage.consoles.look();
  }
  return { ...facts, look };
}

const thread = (running: boolean): string => (running ? 'runs' : 'stands');

/** What one server says now, against the one that should be the primary. */
export async function after(
  server: SandboxServer,
  primary: SandboxServer,
  all: readonly SandboxServer[],
): Promise<ServerAfter> {
  const state = await followed(server);
  const source = all.find(({ address }) => address.port === state?.port);
  const reached =
    source !== undefined &&
    (await caughtUp(server, source, SETTLE_MS).then(
      () => true,
      () => false,
    ));
  const now = await followed(server);
  const readOnly = await isReadOnly(server);
  const words = now
    ? `follows ${source?.name ?? now.port}, IO ${thread(now.ioRunning)}, SQL ${thread(now.sqlRunning)}${reached ? '' : ', behind'} ${now.lastError}`
    : 'follows nobody';
  const own = server === primary ? 0 : await ownOrders(server, primary);
  return {
    name: nameOf(server),
    readOnly,
    follows: now ? (source?.name ?? String(now.port)) : null,
    caughtUp: reached,
    own,
    words: `${readOnly ? 'read-only' : 'writable'}, ${words}${own > 0 ? `, ${own} orders of its own` : ''}`,
  };
}

/** Orders that the server has and the primary has not, each a transaction of its own; without the rows that were put in a replica's way. */
async function ownOrders(server: SandboxServer, primary: SandboxServer): Promise<number> {
  const rows = await server.sql("SELECT uid FROM shop.orders WHERE uid NOT LIKE 'in-the-way-%'");
  return (
    await verifyWrites(
      primary,
      rows.map((row) => text(row, 'uid')),
    )
  ).length;
}

function nameOf({ name }: SandboxServer): ServerName {
  if (name === 'db-1' || name === 'db-2' || name === 'db-3') return name;
  throw new Error(`no round knows ${name}`);
}

/** Of the old primary's transactions: how far the replicas that nobody disturbed had received, and how far the new primary is. */
async function receivedBy(
  primary: SandboxServer,
  round: Facts['round'],
  view: Operation | null,
  { inflicted, received }: Stage,
): Promise<Facts['received']> {
  if (!received || view === null) return null;
  const disturbed = (name: string): boolean => inflicted.some((fault) => 'server' in fault && fault.server === name);
  const most = Math.max(
    ...Object.entries(received).map(([name, sequence]) => (name === round.target || disturbed(name) ? 0 : sequence)),
    disturbed(round.target) ? 0 : (received[round.target] ?? 0),
  );
  const [row] = await primary.sql('SELECT @@gtid_binlog_state AS state');
  const own = gtidList(row ? text(row, 'state') : '').filter(({ server }) => server === 1);
  return { most, kept: Math.max(0, ...own.map(({ sequence }) => Number(sequence))) };
}
