import type { History, Metric } from '../contract/history.ts';
import type { SampleStore } from '../store/store.ts';

export interface HistoryQuery {
  readonly cluster: string;
  readonly server: string;
  readonly metric: Metric;
  readonly from: Date;
  readonly to: Date;
  /** As many points as this at most; 2 at least, since the edges of the buckets are where they are. */
  readonly points: number;
}

/** Nobody draws more; the bound keeps an answer under a megabyte. */
const mostPoints = 5_000;

/**
 * One series, down-sampled to at most `points` buckets of min, average and max. A bucket without observation is null: a
 * gap stays a gap. Buckets are never shorter than two polls, since a poll may land on either side of an edge and would
 * look like a gap. Rejects with BatonError('unavailable') as the store does.
 */
export async function readHistory(store: SampleStore, query: HistoryQuery, pollSeconds: number): Promise<History> {
  const { cluster, server, metric } = query;
  const from = query.from.getTime();
  const to = Math.max(query.to.getTime(), from);
  const points = Math.min(Math.max(2, Math.floor(query.points)), mostPoints);
  // Edges lie on multiples of the bucket, so the range may touch one bucket more than fits into it.
  const seconds = (to - from) / 1000 / (points - 1);
  const wantedMs = Math.ceil(Math.max(seconds, 2 * pollSeconds)) * 1000;
  const { bucketMs, buckets } = await store.series({ cluster, server, metric, from, to, bucketMs: wantedMs });
  const found = new Map(buckets.map((bucket) => [bucket.at, bucket]));
  const answer: History['points'] = [];
  for (let at = from - (from % bucketMs); at < to; at += bucketMs) {
    const bucket = found.get(at);
    answer.push(
      bucket ? [at / 1000, bucket.min, bucket.sum / bucket.count, bucket.max] : [at / 1000, null, null, null],
    );
  }
  return {
    server,
    metric,
    from: query.from.toISOString(),
    to: query.to.toISOString(),
    bucketSeconds: bucketMs / 1000,
    points: answer,
  };
}
