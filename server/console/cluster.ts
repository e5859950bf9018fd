import type { Logger } from 'pino';
import type { ClusterConfiguration } from '../contract/configuration/cluster.ts';
import type { Maintenance } from '../contract/maintenance.ts';
import type { Operation } from '../contract/operation.ts';
import type { ClusterSnapshot } from '../contract/snapshot.ts';
import { createPool } from '../mariadb/pool.ts';
import type { Recoveries } from '../galera/recovery/recoveries.ts';
import type { Operations } from '../operations/operations.ts';
import type { Store } from '../store/store.ts';
import type { Rejoins } from '../takeover/rejoin/rejoins.ts';
import type { Takeovers } from '../takeover/takeovers.ts';
import { createWatcher, type Watcher } from '../topology/watcher.ts';
import type { TlsMaterial } from '../tls/material.ts';
import { ClusterAgents } from './agents.ts';
import { clusterTakeovers } from './cluster-takeovers.ts';
import { ReturnNotes } from './return-notes.ts';
import { serverAddress } from './server-address.ts';
import { sqlTargets } from './sql-targets.ts';
import { noWays, waysThatStay, type ClusterPlan, type Ways } from './ways.ts';

/** One cluster that the console watches over. */
export interface Cluster {
  readonly name: string;
  readonly configuration: ClusterConfiguration;
  readonly watcher: Watcher;
  readonly agents: ClusterAgents;
  readonly takeovers: Takeovers;
  readonly rejoins: Rejoins;
  /** null: it is no Galera cluster. */
  readonly recoveries: Recoveries | null;
  /** Shows why an operation that a console left unfinished could not be taken up; null: there is none any more. */
  showInterrupted(reason: string | null): void;
  /** An operation on it has ended, or something was added to its report. */
  ended(operation: Operation): void;
  /** Of its ways, those that the next configuration leaves as they are. */
  waysFor(next: ClusterPlan): Ways;
  start(): Promise<void>;
  /** What another one goes on with is not closed. */
  stop(handedOver?: Ways): Promise<void>;
}

/** What every cluster gets from the console. */
export interface ClusterParts {
  readonly store: Store;
  readonly operations: Operations;
  readonly logger: Logger;
  readonly now: () => number;
  /** What a browser sees of this console. */
  readonly consoleUrl: () => string;
  readonly onSnapshot: (snapshot: ClusterSnapshot) => void;
  /** A server's maintenance has ended by its time; where this rejects it is told again. */
  readonly onMaintenanceOver: (cluster: string, server: string, was: Maintenance) => Promise<void>;
}

/**
 * Builds a cluster from its configuration; it is not watched until it is started. `known`: the ways of the one whose place it takes
 * that stay as they are.
 */
export function createCluster(
  name: string,
  { configuration, secrets: read }: ClusterPlan,
  parts: ClusterParts,
  known = noWays,
): Cluster {
  const secrets = {
    ...read,
    agentTls: known.agentTls ?? read.agentTls,
    serverTls: known.serverTls ?? read.serverTls,
  };
  const { store, operations, now, onSnapshot } = parts;
  const logger = parts.logger.child({ cluster: name });
  const configured = Object.entries(configuration.servers);
  const addresses = configured.map(([server, written]) => serverAddress(server, written));
  const agentMaterial = (): TlsMaterial => secrets.agentTls?.current ?? {};
  const followed = [secrets.agentTls, secrets.serverTls].filter((one) => one !== null);
  const agents = new ClusterAgents({
    servers: configured.map(([server]) => server),
    agents: configured.flatMap(([server, { agent, agentFingerprint: fingerprint, agentName }]) =>
      agent === undefined
        ? []
        : [{ name: server, url: agent, secure: { material: agentMaterial, fingerprint, name: agentName } }],
    ),
    token: secrets.agentToken,
    known: known.clients,
    logger,
    onFacts: (server, facts) => watcher.agentSays(server, facts),
  });
  const targetOf = sqlTargets(configuration, secrets, agents);
  const servers = addresses.map((address) => ({
    ...address,
    candidate: configuration.servers[address.name]?.candidate ?? 'neutral',
    pool: known.pools.get(address.name) ?? createPool(targetOf(address, secrets.observe)),
  }));
  let interrupted: string | null = null;
  const watcher = createWatcher({
    cluster: name,
    kind: configuration.kind,
    sandbox: configuration.sandbox,
    servers,
    poll: configuration.poll,
    lagLimits: configuration.lag,
    store,
    now,
    operation: () => ({ operationId: operations.running(name)?.id ?? null, interrupted }),
    onSnapshot: (snapshot) => {
      returns.seen(snapshot);
      recoveries?.note(snapshot).catch((error: unknown) => logger.error({ err: error }, 'positions not noted'));
      onSnapshot(snapshot);
    },
    onMaintenanceOver: async (server, was) => await parts.onMaintenanceOver(name, server, was),
  });
  const { takeovers, rejoins, recoveries } = clusterTakeovers({
    ...parts,
    name,
    configuration,
    secrets,
    addresses,
    watcher,
    agents,
  });
  const returns = new ReturnNotes(takeovers, (error) => logger.error({ err: error }, 'return not noted yet'));
  return {
    name,
    configuration,
    watcher,
    agents,
    takeovers,
    rejoins,
    recoveries,
    showInterrupted(reason) {
      interrupted = reason;
      watcher.refresh();
    },
    ended: (operation) => returns.ended(operation),
    waysFor(next) {
      const { agentTls, serverTls } = secrets;
      const pools = new Map(servers.map(({ name: server, pool }) => [server, pool]));
      return waysThatStay({ agentTls, serverTls, clients: agents.clients, pools }, { configuration, secrets }, next);
    },
    async start() {
      followed.forEach((material) => material.follow());
      await watcher.start();
      agents.start();
    },
    async stop(handedOver = noWays) {
      const { agentTls, serverTls, clients } = handedOver;
      for (const material of followed) if (material !== agentTls && material !== serverTls) material.stop();
      takeovers.close();
      returns.close();
      agents.close(new Set(clients.values()));
      await watcher.stop(new Set(handedOver.pools.values()));
    },
  };
}
