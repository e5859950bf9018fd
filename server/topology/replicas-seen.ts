import { addressText } from '../contract/listen-address.ts';
import type { Roles } from './roles.ts';
import { connectionsOf } from './sources.ts';
import type { ClusterView, ServerView } from './view.ts';

/**
 * Who is connected for the binary log: by the server ids that SHOW SLAVE HOSTS names where the account may read it, else
 * by the address of each dump connection and who says to replicate from here.
 */
export function replicasSeen(one: ServerView, view: ClusterView, roles: Roles): string[] {
  const facts = one.up?.facts;
  if (!facts) return [];
  if (facts.replicaHosts) {
    return facts.replicaHosts.map(
      ({ serverId, host, port }) =>
        view.servers.find(({ up }) => up?.facts.serverId === serverId)?.server.name ?? addressText({ host, port }),
    );
  }
  const followers = view.servers.filter(
    ({ server, up }) =>
      (roles.sourcesOf.get(server.name) ?? []).includes(one.server.name) &&
      connectionsOf(up?.facts ?? null).some((status) => status.ioThread === 'running'),
  );
  const named: string[] = [];
  return facts.dumpConnections.map(({ host }) => {
    const address = host.replace(/:\d+$/, '');
    const follower = followers.find(({ server }) => server.host === address && !named.includes(server.name));
    if (follower) named.push(follower.server.name);
    return follower?.server.name ?? host;
  });
}
