import { isDeepStrictEqual } from 'node:util';
import type { AgentClient } from '../agent/client.ts';
import type { ClusterConfiguration } from '../contract/configuration/cluster.ts';
import type { Pool } from '../mariadb/pool.ts';
import type { LiveMaterial } from '../tls/live-material.ts';
import type { ClusterSecrets } from './cluster-secrets.ts';

/** What a cluster is built from. */
export interface ClusterPlan {
  readonly configuration: ClusterConfiguration;
  readonly secrets: ClusterSecrets;
}

/** The ways from the console to the servers of a cluster, open ones among them, and what protects them. */
export interface Ways {
  readonly agentTls: LiveMaterial | null;
  readonly serverTls: LiveMaterial | null;
  /** By server: to its agent. */
  readonly clients: ReadonlyMap<string, AgentClient>;
  /** By server: to itself, maybe through its agent. */
  readonly pools: ReadonlyMap<string, Pool>;
}

export const noWays: Ways = { agentTls: null, serverTls: null, clients: new Map(), pools: new Map() };

/** Of a cluster's ways, those that its next configuration leaves as they are: they are handed over, and nothing is cut. */
export function waysThatStay(ways: Ways, before: ClusterPlan, after: ClusterPlan): Ways {
  const sameAgentTls = isDeepStrictEqual(before.configuration.agentTls, after.configuration.agentTls);
  const sameServerTls = isDeepStrictEqual(before.configuration.serverTls, after.configuration.serverTls);
  const sameToken = before.secrets.agentToken === after.secrets.agentToken;
  const sameAccount = isDeepStrictEqual(before.secrets.observe, after.secrets.observe);
  const same = (server: string, ...fields: (keyof ClusterConfiguration['servers'][string])[]): boolean => {
    const [was, is] = [before.configuration.servers[server], after.configuration.servers[server]];
    return was !== undefined && is !== undefined && fields.every((field) => isDeepStrictEqual(was[field], is[field]));
  };
  const sameAgent = (server: string): boolean =>
    sameAgentTls && sameToken && same(server, 'agent', 'agentFingerprint', 'agentName');
  const sameWay = (server: string): boolean =>
    sameServerTls &&
    sameAccount &&
    same(server, 'url', 'via', 'serverName') &&
    (before.configuration.servers[server]?.via !== 'agent' || sameAgent(server));
  return {
    agentTls: sameAgentTls ? ways.agentTls : null,
    serverTls: sameServerTls ? ways.serverTls : null,
    clients: new Map([...ways.clients].filter(([server]) => sameAgent(server))),
    pools: new Map([...ways.pools].filter(([server]) => sameWay(server))),
  };
}
