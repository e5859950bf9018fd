import type { BenchCluster } from './bench-cluster.ts';
import type { Contender } from './contender.ts';
import { median, percentile95 } from './process-cost.ts';

/** Write outages of one contender, in ms. */
export interface Outages {
  readonly median: number;
  readonly p95: number;
  readonly worst: number;
}

export type OutagesOf = Readonly<Record<string, Outages>>;

/**
 * Switchovers by each contender, in turn, under 200 writes a second: from the last write that the old primary acknowledged to
 * the first of the new one, as the writer sees it.
 */
export async function measureSwitchovers(
  cluster: BenchCluster,
  contenders: readonly Contender[],
  rounds: number,
): Promise<OutagesOf> {
  return await inTurn(cluster, contenders, rounds, async (contender, from) => {
    const to = from === 'db-1' ? 'db-2' : 'db-1';
    const load = await cluster.writes();
    try {
      await contender.switchover(from, to);
      await load.flowing();
    } finally {
      await load.stop();
    }
    const gap = (await load.stop()).gaps.find(({ before, after }) => before === from && after === to);
    if (!gap) throw new Error(`the writes did not move from ${from} to ${to}`);
    return { outageMs: gap.ms, primary: to };
  });
}

/**
 * Failovers by each contender, in turn, after kill -9 of a primary that takes 200 writes a second: from the
 * decision (the script is started, the button is pressed) to the first write that is acknowledged.
 */
export async function measureFailovers(
  cluster: BenchCluster,
  contenders: readonly Contender[],
  rounds: number,
): Promise<OutagesOf> {
  return await inTurn(cluster, contenders, rounds, async (contender, dead) => {
    const load = await cluster.writes();
    try {
      await cluster.kill(dead);
      const decide = await contender.failover(dead);
      const [outageMs] = await Promise.all([timed(load.flowing()), decide()]);
      const { primary } = await cluster.client.until(
        (snapshot) => snapshot.primary !== null && snapshot.primary !== dead && snapshot.operationId === null,
      );
      return { outageMs, primary: primary ?? '' };
    } finally {
      await load.stop();
    }
  });
}

async function timed(event: Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await event;
  return performance.now() - startedAt;
}

async function inTurn(
  cluster: BenchCluster,
  contenders: readonly Contender[],
  rounds: number,
  round: (contender: Contender, primary: string) => Promise<{ outageMs: number; primary: string }>,
): Promise<OutagesOf> {
  const found = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  let primary = (await cluster.client.cluster()).primary ?? 'db-1';
  for (let index = 0; index < rounds; index += 1) {
    for (const contender of contenders) {
      await cluster.restore(primary);
      await contender.ready(primary);
      try {
        const end = await round(contender, primary);
        found.get(contender.name)?.push(end.outageMs);
        primary = end.primary;
      } finally {
        await contender.rest();
      }
    }
  }
  await cluster.restore(primary);
  return Object.fromEntries([...found].map(([name, outages]) => [name, outagesOf(outages)]));
}

/** Outages in ms, as the rows of a table. */
export function outagesOf(values: readonly number[]): Outages {
  return { median: median(values), p95: percentile95(values), worst: Math.max(...values) };
}
