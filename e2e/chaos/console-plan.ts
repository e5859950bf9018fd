import { join } from 'node:path';
import type { Arena } from './arena.ts';
import type { ConsolePlan } from './console-messages.ts';

/** Where a console of the arena finds its servers, their agents and its store: each by the relay that is its own way there. */
export function consolePlan(
  arena: Arena,
  { ownStore, stops, counts }: { ownStore: boolean; stops: readonly string[]; counts: boolean },
): ConsolePlan {
  const { cluster, agents, disk } = arena;
  const servers = cluster.servers.map(({ name, address }) => {
    const { host, port } = arena.consoleLink(name);
    return { name, ...address, via: { host, port } };
  });
  const addresses = [...agents].flatMap(([name, { token }]) => {
    const link = arena.agentLink(name);
    return link ? [[name, { url: `http://${link.host}:${link.port}`, token }] as const] : [];
  });
  const dir = ownStore ? join(disk.dir, 'own') : disk.dir;
  return {
    baton: { dir, servers, accounts: cluster.accounts, budgetSeconds: 15, longWriteSeconds: 3 },
    agents: Object.fromEntries(addresses),
    stops,
    counts,
  };
}
