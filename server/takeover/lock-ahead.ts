import { lockAnswer, takeLock } from '../mariadb/advisory-lock.ts';
import { SqlError } from '../mariadb/sql-error.ts';
import type { TakeoverPlan } from '../contract/takeover.ts';
import type { Links } from './links.ts';
import type { Watch } from './parts.ts';

/** A server that answers does so in milliseconds. */
const ANSWER_MS = 1_000;

/**
 * Takes the advisory locks of a failover, in the order of the servers' ids, on the connections that were opened with its plan,
 * while the click's look is under way. They keep other consoles away and change nothing. Where one can't be had, the step `lock` asks
 * again and says so; where no operation follows, they go with their connections.
 */
export async function lockAhead(watch: Watch, { oldPrimary }: TakeoverPlan, links: Links): Promise<void> {
  const idOf = (server: string): number => watch.factsOf(server)?.facts.serverId ?? 0;
  const servers = watch
    .snapshot()
    .servers.map(({ name }) => name)
    .filter((name) => name !== oldPrimary && watch.observationOf(name)?.kind === 'up')
    .toSorted((a, b) => idOf(a) - idOf(b));
  for (const server of servers) {
    try {
      const session = await links.ensure(server, 'lock', ANSWER_MS);
      if (!lockAnswer(await session.row(takeLock(), ANSWER_MS)).taken) return;
      links.nowHolds(server);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      return;
    }
  }
}
