import type { Metric } from '../../server/contract/history.ts';
import type { ClusterSnapshot, ServerSnapshot } from '../../server/contract/snapshot.ts';
import { isReplicating, worstConnection } from '../status/server-line.ts';

/** One look at one server; null where there was no number to tell. */
export interface Sample {
  atMs: number;
  lag: number | null;
  writes: number | null;
  'transactions-behind': number | null;
}

/** By "cluster/server", oldest first. */
export type Samples = Readonly<Record<string, readonly Sample[]>>;

/** A little more than the five minutes that a trend shows. */
const keptMs = 310_000;

export const sampleKey = (cluster: string, server: string): string => `${cluster}/${server}`;

/** What one snapshot adds to the trends; a server that was not seen since adds nothing. */
export function addSamples(samples: Samples, cluster: ClusterSnapshot): Samples {
  const added: Record<string, readonly Sample[]> = {};
  for (const server of cluster.servers) {
    const key = sampleKey(cluster.name, server.name);
    const known = samples[key] ?? [];
    const sample = sampleOf(server, Date.parse(cluster.observedAt));
    if ((known.at(-1)?.atMs ?? 0) >= sample.atMs) continue;
    added[key] = [...known.filter((one) => one.atMs > sample.atMs - keptMs), sample];
  }
  return { ...samples, ...added };
}

function sampleOf(server: ServerSnapshot, atMs: number): Sample {
  const worst = server.state === 'up' ? worstConnection(server.replication) : null;
  const replicating = worst !== null && isReplicating(worst);
  return {
    atMs,
    lag: replicating ? worst.lagSeconds : null,
    writes: server.state === 'up' ? server.writesPerSecond : null,
    'transactions-behind': replicating ? worst.transactionsBehind : null,
  };
}

/** The values of one metric as [milliseconds, value, for how long it stands]. */
export function samplesOf(
  samples: readonly Sample[],
  metric: Metric,
  forMs: number,
): [number, number | null, number][] {
  return samples.map((sample) => [sample.atMs, sample[metric], forMs]);
}
