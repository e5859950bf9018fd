import { text } from '../../server/mariadb/row.ts';
import { gtidList } from '../../server/mariadb/gtid.ts';
import { caughtUp, followed } from '../../server/sandbox/replication.ts';
import type { SandboxServer } from '../../server/sandbox/server-process.ts';
import { verifyWrites } from '../../server/sandbox/write-load.ts';
import { isReadOnly } from '../../server/takeover/testing/server-state.ts';
import type { Arena } from './arena.ts';
import { primaryBy, succeeded, type Facts, type ServerAfter } from './judge.ts';
import type { ServerName } from './round.ts';

/** Time for replication to come back by itself once every fault is over: it tries each second. */
const SETTLE_MS = 12_000;

/** Asks the servers, with every fault released, what became of them and of the writes. */
export async function lookAfter(
  { cluster, load, probe }: Arena,
  played: Pick<Facts, 'round' | 'view' | 'inflicted'> & {
    readonly superWrites: readonly string[];
    readonly received: Readonly<Record<string, number>> | null;
  },
): Promise<Facts> {
  const { round, view, inflicted } = played;
  const primary = cluster.server(primaryBy(round, view));
  const flowing = await load.flowing(10_000).then(
    () => true,
    () => false,
  );
  const { acknowledged } = await load.stop();
  const { overlaps } = await probe.stop();
  const servers = await Promise.all(cluster.servers.map(async (server) => await after(server, cluster.servers)));
  const missing = await verifyWrites(primary, acknowledged);
  let nowhere = await verifyWrites(primary, [...missing, ...played.superWrites]);
  for (const server of cluster.servers) nowhere = await verifyWrites(server, nowhere);
  return {
    round,
    view,
    inflicted,
    overlaps,
    servers,
    missing,
    missingEverywhere: nowhere,
    received: round.kind === 'failover' && succeeded(view) ? await receivedBy(primary, played) : null,
    flowing,
  };
}

const thread = (running: boolean): string => (running ? 'runs' : 'stands');

async function after(server: SandboxServer, all: readonly SandboxServer[]): Promise<ServerAfter> {
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
  return {
    name: nameOf(server),
    readOnly,
    follows: now ? (source?.name ?? String(now.port)) : null,
    caughtUp: reached,
    words: `${readOnly ? 'read-only' : 'writable'}, ${words}`,
  };
}

function nameOf({ name }: SandboxServer): ServerName {
  if (name === 'db-1' || name === 'db-2' || name === 'db-3') return name;
  throw new Error(`no round knows ${name}`);
}

/** Of the old primary's transactions: how far the replicas that nobody disturbed had received, and how far the new primary is. */
async function receivedBy(
  primary: SandboxServer,
  {
    round,
    inflicted,
    received,
  }: Pick<Facts, 'round' | 'inflicted'> & { received: Readonly<Record<string, number>> | null },
): Promise<Facts['received']> {
  if (!received) return null;
  const disturbed = (name: string): boolean => inflicted.some((fault) => 'server' in fault && fault.server === name);
  const most = Math.max(
    ...Object.entries(received).map(([name, sequence]) => (name === round.target || disturbed(name) ? 0 : sequence)),
    disturbed(round.target) ? 0 : (received[round.target] ?? 0),
  );
  const [row] = await primary.sql('SELECT @@gtid_binlog_state AS state');
  const own = gtidList(row ? text(row, 'state') : '').filter(({ server }) => server === 1);
  return { most, kept: Math.max(0, ...own.map(({ sequence }) => Number(sequence))) };
}
