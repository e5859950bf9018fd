import { gtidList } from '../mariadb/gtid.ts';
import { readPreflight, renewPreflight, type ServerPreflight } from '../mariadb/preflight.ts';
import { Session } from '../mariadb/session.ts';
import { SqlError } from '../mariadb/sql-error.ts';
import { pastDurations } from '../operations/durations.ts';
import type { ClusterSnapshot, ServerSnapshot } from '../contract/snapshot.ts';
import type { TakeoverKind } from '../contract/takeover.ts';
import { classify } from './classify.ts';
import { plannedHooks } from './hooks/planned-hooks.ts';
import type { Links } from './links.ts';
import type { TakeoversParts } from './parts.ts';
import type { PlanInput, PlannedServer } from './plan-input.ts';
import { trySignIns, trySources, type SignIns } from './sign-ins.ts';

const PREFLIGHT_MS = 3_000;

export interface Asked {
  readonly target: string;
  readonly kind: TakeoverKind | null;
  readonly accept: readonly string[];
}

/** What a plan has found out within the last minute. */
export interface Found extends SignIns {
  readonly preflights: ReadonlyMap<string, ServerPreflight>;
}

/**
 * What need not be opened or asked anew. `found`: what changes seldom is taken from the plan; threads, positions and locks
 * are looked at all the same.
 */
export interface Known {
  readonly links?: Links;
  readonly found?: Found;
}

/**
 * Looks at every server now and puts together what a plan is made from. The replicas are read before the primary: the
 * other way round every replica of a busy primary looks errant.
 */
export async function gather(parts: TakeoversParts, asked: Asked, known: Known = {}): Promise<PlanInput> {
  const [past, { at, snapshot, servers, unfinished, signIn, signInsFrom }] = await Promise.all([
    pastDurations(parts.store.memory, parts.cluster.name, asked.kind ?? 'switchover'),
    readLook(parts, () => asked.target, known),
  ]);
  const last = parts.watch.lastPrimary();
  const input: PlanInput = {
    at,
    ...asked,
    snapshot,
    servers,
    maxLagSeconds: parts.cluster.takeover.maxLagSeconds,
    replicationUser: parts.replication?.user ?? null,
    replicationSignIn: signIn,
    signInsFrom,
    lastPrimary: last && { name: last.name, at: last.at, position: gtidList(last.position) },
    eventsRemembered: false,
    sources: [],
    past,
    hooks: await plannedHooks(parts.hooks),
    unfinished,
  };
  const situation = classify(input);
  const old = situation?.oldPrimary;
  if (!old) return input;
  const eventsRemembered = (await parts.watch.remembered(old.name)) !== null;
  return { ...input, eventsRemembered, sources: await trySources(parts, asked.target, old, servers) };
}

/** What every plan is made from, whatever it plans. */
export interface Look extends SignIns {
  /** When the servers had been looked at. */
  readonly at: number;
  readonly snapshot: ClusterSnapshot;
  readonly servers: readonly PlannedServer[];
  readonly unfinished: PlanInput['unfinished'];
}

/** Looks at every server now, replicas first; `followed` names the one that others are to follow (null: nobody). */
export async function readLook(
  parts: TakeoversParts,
  followed: (snapshot: ClusterSnapshot) => string | null,
  known: Known = {},
): Promise<Look> {
  // Beside the look already: writes may be down, and each statement counts.
  const [snapshot, early] = await Promise.all([
    parts.watch.lookNow(undefined, known.found !== undefined),
    earlyPreflights(parts, known),
  ]);
  const target = followed(snapshot);
  const [{ servers, at }, unfinished, signIns] = await Promise.all([
    // Before the agents have answered: what is known of the servers does not grow old by that.
    readServers(parts, snapshot, early).then((read) => ({ servers: read, at: parts.now() })),
    unfinishedOf(parts),
    known.found ?? trySignIns(parts, target),
  ]);
  const { signIn, signInsFrom } = signIns;
  return { at, snapshot, servers, unfinished, signIn, signInsFrom };
}

type Preflight = Pick<PlannedServer, 'preflight' | 'preflightError'>;

/** Of the servers that were up at the last look, the primary left out: it is read last. */
async function earlyPreflights(
  parts: TakeoversParts,
  { links, found }: Known,
): Promise<ReadonlyMap<string, Preflight>> {
  const { primary } = parts.watch.snapshot();
  const likely = parts.cluster.servers.filter(
    ({ name }) => name !== primary && parts.watch.observationOf(name)?.kind === 'up',
  );
  return new Map(
    await Promise.all(
      likely.map(
        async ({ name }) =>
          [name, await preflightOrError(parts, name, links?.find(name, 'lock'), found?.preflights.get(name))] as const,
      ),
    ),
  );
}

async function readServers(
  parts: TakeoversParts,
  snapshot: ClusterSnapshot,
  early: ReadonlyMap<string, Preflight>,
): Promise<PlannedServer[]> {
  const bare = parts.cluster.servers.map((server) => bareServer(parts, server, snapshot));
  const isPrimary = ({ name }: PlannedServer): boolean => name === snapshot.primary;
  const read = async (server: PlannedServer): Promise<PlannedServer> => {
    if (server.observation?.kind !== 'up') return server;
    const known = isPrimary(server) ? undefined : early.get(server.name);
    return { ...server, ...(known ?? (await preflightOrError(parts, server.name))) };
  };
  const replicas = await Promise.all(bare.map(async (server) => (isPrimary(server) ? server : await read(server))));
  return await Promise.all(replicas.map(async (server) => (isPrimary(server) ? await read(server) : server)));
}

function bareServer(
  parts: TakeoversParts,
  server: { name: string; host: string; port: number },
  snapshot: ClusterSnapshot,
): PlannedServer {
  const { name, host, port } = server;
  return {
    name,
    host,
    port,
    snapshot: snapshotOf(snapshot, name),
    observation: parts.watch.observationOf(name),
    facts: parts.watch.factsOf(name)?.facts ?? null,
    preflight: null,
    preflightError: null,
    replicationTls: parts.replicationTls?.(name),
  };
}

function snapshotOf(snapshot: ClusterSnapshot, name: string): ServerSnapshot {
  const found = snapshot.servers.find((server) => server.name === name);
  if (!found) throw new Error(`the snapshot has no server ${name}`);
  return found;
}

async function preflightOrError(
  parts: TakeoversParts,
  server: string,
  open: Session | null = null,
  known?: ServerPreflight,
): Promise<Preflight> {
  if (parts.users.operate === null) return { preflight: null, preflightError: 'account.operate is not configured' };
  try {
    const read = known
      ? async (session: Session) => await renewPreflight(session, known, PREFLIGHT_MS)
      : async (session: Session) => await readPreflight(session, PREFLIGHT_MS);
    return { preflight: await (open ? read(open) : preflightOf(parts, server)), preflightError: null };
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    // Closed while it lay idle: that says nothing of the server.
    if (open && error.kind === 'lost') return await preflightOrError(parts, server);
    return { preflight: null, preflightError: error.message };
  }
}

async function preflightOf(parts: TakeoversParts, server: string): Promise<ServerPreflight> {
  const session = new Session(server, await parts.connect(server, 'operate', PREFLIGHT_MS));
  try {
    return await readPreflight(session, PREFLIGHT_MS);
  } finally {
    session.close();
  }
}

async function unfinishedOf(parts: TakeoversParts): Promise<PlanInput['unfinished']> {
  const rows = await parts.operations.unfinished();
  const row = rows.find(({ cluster }) => cluster === parts.cluster.name);
  return row
    ? {
        id: row.id,
        text: `The ${row.kind} to ${row.target} that began at ${new Date(row.startedAt).toISOString()} has not come to an end`,
      }
    : null;
}
