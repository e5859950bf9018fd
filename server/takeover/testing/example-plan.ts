import type { ClusterSnapshot } from '../../contract/snapshot.ts';
import { gtidList } from '../../mariadb/gtid.ts';
import type { ServerPreflight } from '../../mariadb/preflight.ts';
import { exampleNow, examplePosition, exampleWith } from '../../topology/testing/example-cluster.ts';
import { buildSnapshot } from '../../topology/snapshot.ts';
import type { ServerView } from '../../topology/view.ts';
import type { PlanInput, PlannedServer } from '../plan-input.ts';

/** For tests: what a healthy server says to the operating account. */
export function examplePreflight(change: Partial<ServerPreflight> = {}): ServerPreflight {
  return {
    grants: ['GRANT ALL PRIVILEGES ON *.* TO `baton_operate`@`%` WITH GRANT OPTION'],
    state: gtidList(examplePosition),
    slave: gtidList(examplePosition),
    current: gtidList(examplePosition),
    binlogFrom: [],
    longWrites: [],
    waitingForLocks: [],
    lockHolders: [],
    otherTools: [],
    prepared: 0,
    events: [],
    lockHolder: null,
    ...change,
  };
}

export interface ExampleChange {
  /** Servers of topology's example that differ. */
  readonly views?: readonly ServerView[];
  readonly preflight?: Readonly<Record<string, Partial<ServerPreflight> | null>>;
  readonly snapshot?: (snapshot: ClusterSnapshot) => ClusterSnapshot;
  readonly server?: (server: PlannedServer) => PlannedServer;
  readonly input?: Partial<PlanInput>;
}

/** For tests: what the plan to promote db-2 of a healthy cluster is made from, with some of it changed. */
export function examplePlanInput(change: ExampleChange = {}): PlanInput {
  const view = exampleWith(...(change.views ?? []));
  const built = buildSnapshot(view, []).snapshot;
  const withAgents: ClusterSnapshot = {
    ...built,
    newestDump: {
      server: 'db-1',
      name: 'n',
      method: 'dump',
      bytes: 1,
      endedAt: new Date(exampleNow - 3_600_000).toISOString(),
    },
    servers: built.servers.map((server) => ({ ...server, agent: { state: 'up', detail: null, services: [] } })),
  };
  const snapshot = change.snapshot?.(withAgents) ?? withAgents;
  const servers = view.servers.map(({ server, last, up }): PlannedServer => {
    const found = snapshot.servers.find(({ name }) => name === server.name);
    if (!found) throw new Error(`no ${server.name} in the snapshot`);
    const own = change.preflight?.[server.name];
    const planned: PlannedServer = {
      ...server,
      snapshot: found,
      observation: last,
      facts: up?.facts ?? null,
      preflight: last?.kind === 'up' && own !== null ? examplePreflight(own) : null,
      preflightError: own === null ? 'Access denied' : null,
    };
    return change.server?.(planned) ?? planned;
  });
  return {
    at: exampleNow,
    target: 'db-2',
    kind: null,
    accept: [],
    snapshot,
    servers,
    maxLagSeconds: 30,
    replicationUser: 'replication_user',
    replicationSignIn: { ok: true, text: '' },
    signInsFrom: ['db-1', 'db-3'].map((server) => ({ server, result: 'accepted', text: '' })),
    lastPrimary: { name: 'db-1', at: exampleNow - 400, position: gtidList(examplePosition) },
    eventsRemembered: true,
    sources: [],
    hooks: [],
    past: { stepMs: {}, writeOutageMs: null },
    unfinished: null,
    ...change.input,
  };
}
