import { join } from 'node:path';
import { createGaleraCluster } from '../../sandbox/galera/galera-cluster.ts';
import type { SandboxCluster } from '../../sandbox/cluster.ts';
import { findNode } from '../../setup/node24.mjs';
import { step } from '../../setup/progress.mjs';
import { sandboxKill } from '../sandbox/server-control.ts';
import type { GaleraPlace } from './configuration-text.ts';
import { galeraName, galeraNodes } from './layout.ts';
import { placeAgents } from './processes.ts';

const root = join(import.meta.dirname, '..', '..', '..');

/** A Galera cluster beside the servers: new at each start, and gone at its end. Its end is put on `endings` at once. */
export async function startGalera(
  dir: string,
  secure: boolean,
  endings: (() => Promise<void>)[],
): Promise<GaleraPlace> {
  const cluster = await step(
    'Galera',
    'starting three nodes',
    async () => await createGaleraCluster({ name: galeraName, nodes: galeraNodes }),
  );
  endings.push(async () => await cluster.stop());
  const kill = sandboxKill(findNode(root), dir);
  return { cluster, agents: await placeAgents(cluster, secure), kill };
}

/** The servers and the nodes, as what can befall them is asked for. */
export function withNodes(cluster: SandboxCluster, galera: GaleraPlace | null): SandboxCluster {
  if (galera === null) return cluster;
  const { servers } = galera.cluster;
  return {
    ...cluster,
    servers: [...cluster.servers, ...servers],
    server: (name) => servers.find((node) => node.name === name) ?? cluster.server(name),
  };
}
