import type { ClusterSnapshot, ServerSnapshot } from '../../server/contract/snapshot.ts';
import type { MarkLevel } from '../status/mark-level.ts';

export type ServiceView = ServerSnapshot['agent']['services'][number];

/** One service of one server, as a row. */
export interface ServiceRow {
  readonly server: ServerSnapshot;
  readonly service: ServiceView;
}

/** Every service of the cluster: the server's order, then the name's. */
export function serviceRows(cluster: ClusterSnapshot): ServiceRow[] {
  return cluster.servers.flatMap((server) =>
    server.agent.services
      .toSorted((a, b) => a.name.localeCompare(b.name))
      .map((service): ServiceRow => ({ server, service })),
  );
}

/** How it stands: a mark and a word. */
export function serviceState({ server, service }: ServiceRow): { level: MarkLevel; word: string } {
  if (server.agent.state !== 'up') return { level: 'off', word: 'unknown' };
  if (typeof service.problem === 'string') return { level: 'caution', word: 'in trouble' };
  if (service.running) return { level: 'normal', word: 'running' };
  return service.enabled ? { level: 'normal', word: 'enabled' } : { level: 'off', word: 'disabled' };
}

/** Why it can't be enabled or run there; null where it can. The engine decides; this is said beside the button. */
export function notHere({ server }: ServiceRow): string | null {
  if (server.agent.state !== 'up') return `The agent of ${server.name} does not answer.`;
  if (server.role === 'primary' || server.role === 'standalone') return null;
  return server.role === 'replica'
    ? `${server.name} is a replica: it may only run on a primary.`
    : `The role of ${server.name} is not known now.`;
}
