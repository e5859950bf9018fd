import { gtidList } from '../mariadb/gtid.ts';
import { readPreflight, renewed, type ServerPreflight } from '../mariadb/preflight.ts';
import { Session } from '../mariadb/session.ts';
import { SqlError } from '../mariadb/sql-error.ts';
import { pastDurations } from '../operations/durations.ts';
import type { ClusterSnapshot, ServerSnapshot } from '../contract/snapshot.ts';
import type { TakeoverKind } from '../contract/takeover.ts';
import { classify } from './classify.ts';
import { plannedHooks } from './hooks/planned-hooks.ts';
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
 * Looks at every server now and puts together what a plan is made from. The replicas are read before the primary: the
 * other way round every replica of a busy primary looks errant. `found`: what changes seldom is not asked anew; threads and
 * positions are looked at all the same.
 */
export async function gather(parts: TakeoversParts, asked: Asked, found?: Found): Promise<PlanInput> {
  const [past, { at, snapshot, servers, unfinished, signIn, signInsFrom }] = await Promise.all([
    pastDurations(parts.store.memory, parts.cluster.name, asked.kind ?? 'switchover'),
    readLook(parts, () => asked.target, found),
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
  found?: Found,
): Promise<Look> {
  const snapshot = await parts.watch.lookNow(undefined, found !== undefined);
  const target = followed(snapshot);
  const [{ servers, at }, unfinished, signIns] = await Promise.all([
    // Before the agents have answered: what is known of the servers does not grow old by that.
    readServers(parts, snapshot, found).then((read) => ({ servers: read, at: parts.now() })),
    unfinishedOf(parts),
    found ?? trySignIns(parts, target),
  ]);
  const { signIn, signInsFrom } = signIns;
  return { at, snapshot, servers, unfinished, signIn, signInsFrom };
}

type Preflight = Pick<PlannedServer, 'preflight' | 'preflightError'>;

async function readServers(parts: TakeoversParts, snapshot: ClusterSnapshot, found?: Found): Promise<PlannedServer[]> {
  const bare = parts.cluster.servers.map((server) => bareServer(parts, server, snapshot));
  const isPrimary = ({ name }: PlannedServer): boolean => name === snapshot.primary;
  const read = async (server: PlannedServer): Promise<PlannedServer> => {
    if (server.observation?.kind !== 'up') return server;
    const known = isPrimary(server) ? undefined : found?.preflights.get(server.name);
    if (known) return { ...server, preflight: renewed(known, server.observation.facts) };
    return { ...server, ...(await preflightOrError(parts, server.name)) };
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

async function preflightOrError(parts: TakeoversParts, server: string): Promise<Preflight> {
  if (parts.users.operate === null) return { preflight: null, preflightError: 'account.operate is not configured' };
  try {
    return { preflight: await preflightOf(parts, server), preflightError: null };
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
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
