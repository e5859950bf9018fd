import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Connection } from './connection.ts';
import { number } from './row.ts';
import { floorTo, hourMs, minuteMs } from './sample-retention.ts';
import type { SampleBucket, SampleSeries, SeriesQuery } from './store.ts';

/** Groups seconds into buckets; % takes integers in SQLite and in MariaDB, while / would not in both. */
const fromSeconds = `SELECT at - at % ? AS bucket, COUNT(*) AS n, MIN(value) AS lo, MAX(value) AS hi, SUM(value) AS total
  FROM samples WHERE series = ? AND at >= ? AND at < ? GROUP BY bucket ORDER BY bucket`;
const fromMinutes = `SELECT at - at % ? AS bucket, SUM(n) AS n, MIN(lo) AS lo, MAX(hi) AS hi, SUM(total) AS total
  FROM minutes WHERE series = ? AND at >= ? AND at < ? GROUP BY bucket ORDER BY bucket`;

/**
 * Reads one series as buckets. Seconds answer when they reach back to `from` and buckets shorter than a minute are
 * wanted; else minutes do, and the seconds that are not rolled up yet complete them.
 */
export async function readSeries(connection: Connection, query: SeriesQuery): Promise<SampleSeries> {
  const found = await connection.read((work) => {
    const series = work.get(
      'SELECT id, rolled_to FROM series WHERE cluster = ? AND server = ? AND metric = ?',
      query.cluster,
      query.server,
      query.metric,
    );
    if (series === null) return null;
    const id = number(series, 'id');
    const firstSecond = work.get('SELECT MIN(at) AS at FROM samples WHERE series = ?', id)?.['at'];
    const olderMinute = work.get(
      'SELECT at FROM minutes WHERE series = ? AND at >= ? AND at < ? LIMIT 1',
      id,
      floorTo(query.from, minuteMs),
      Math.min(query.to, typeof firstSecond === 'number' ? floorTo(firstSecond, minuteMs) : Number.MAX_SAFE_INTEGER),
    );
    return { id, rolledTo: number(series, 'rolled_to'), secondsCover: olderMinute === null };
  });
  const wantedMs = Math.max(1, Math.round(query.bucketMs));
  if (found === null) return { bucketMs: wantedMs, buckets: [] };
  if (wantedMs < minuteMs && found.secondsCover) {
    const from = floorTo(query.from, wantedMs);
    const buckets = await slices(connection, fromSeconds, found.id, { from, to: query.to, bucketMs: wantedMs });
    return { bucketMs: wantedMs, buckets };
  }
  const bucketMs = Math.ceil(wantedMs / minuteMs) * minuteMs;
  const from = floorTo(query.from, bucketMs);
  const seam = Math.min(Math.max(found.rolledTo, from), query.to);
  const old = await slices(connection, fromMinutes, found.id, { from, to: seam, bucketMs });
  const young = await slices(connection, fromSeconds, found.id, { from: seam, to: query.to, bucketMs });
  return { bucketMs, buckets: join(old, young) };
}

/** Rows of the table that one stretch of work may read: about 2 ms, then other work has its turn. */
const rowsPerTurn = 4000;

async function slices(
  connection: Connection,
  sql: string,
  series: number,
  range: { from: number; to: number; bucketMs: number },
): Promise<SampleBucket[]> {
  const rowMs = sql === fromSeconds ? 1000 : minuteMs;
  const sliceMs = Math.max(range.bucketMs, floorTo(rowsPerTurn * rowMs, range.bucketMs), hourMs);
  let buckets: SampleBucket[] = [];
  for (let from = range.from; from < range.to; from += sliceMs) {
    if (from > range.from) await nextTurn();
    const to = Math.min(from + sliceMs, range.to);
    const rows = await connection.read((work) => work.all(sql, range.bucketMs, series, from, to));
    const read = rows.map((row) => ({
      at: number(row, 'bucket'),
      count: number(row, 'n'),
      min: number(row, 'lo'),
      max: number(row, 'hi'),
      sum: number(row, 'total'),
    }));
    buckets = join(buckets, read);
  }
  return buckets;
}

/** Puts two runs of buckets together; the one they may share at the seam becomes one. */
function join(older: SampleBucket[], younger: SampleBucket[]): SampleBucket[] {
  const last = older.at(-1);
  const first = younger[0];
  if (last === undefined || first === undefined || last.at !== first.at) return [...older, ...younger];
  const seam = {
    at: last.at,
    count: last.count + first.count,
    min: Math.min(last.min, first.min),
    max: Math.max(last.max, first.max),
    sum: last.sum + first.sum,
  };
  return [...older.slice(0, -1), seam, ...younger.slice(1)];
}
