import type { Relay, RelayMode } from '../../server/sandbox/relay.ts';
import type { Arena } from './arena.ts';
import { SERVERS, type Fault, type LinkFault } from './round.ts';

const OPEN: RelayMode = { kind: 'open' };
const MODES: Readonly<Record<LinkFault, RelayMode>> = {
  cut: { kind: 'cut' },
  'black-hole': { kind: 'black-hole' },
  slow: { kind: 'slow', delayMs: 120 },
};

/** Disturbs the connection between two, whoever else they talk to; answers what ends that. Throws where there is none. */
export async function disturbLink(
  arena: Arena,
  { server, to, how }: Extract<Fault, { kind: 'link' }>,
): Promise<() => Promise<void>> {
  switch (to) {
    case 'console':
      return await disturb(arena.consoleLink(server), MODES[how]);
    case 'replicas':
      return await disturb(arena.cluster.front(server), MODES[how]);
    case 'agent': {
      const link = arena.agentLink(server);
      if (!link) throw new Error('there are no agents in this round');
      return await disturb(link, MODES[how]);
    }
    default: {
      // Whoever it follows, now or later: it is its own way out that is bad.
      const fronts = SERVERS.filter((name) => name !== server).map((name) => arena.cluster.front(name));
      for (const front of fronts) front.setFor(server, MODES[how]);
      return async () => {
        for (const front of fronts) front.setFor(server, OPEN);
        await Promise.resolve();
      };
    }
  }
}

async function disturb(relay: Relay, mode: RelayMode): Promise<() => Promise<void>> {
  await relay.set(mode);
  return async () => await relay.restore();
}
