import type { Connection, Work } from './connection.ts';
import { maintainSamples } from './sample-maintenance.ts';
import { readSeries } from './sample-series.ts';
import type { Sample, SampleStore } from './store.ts';

function seriesOf(work: Work, sample: Sample): number {
  const { cluster, server, metric } = sample;
  const found = work.get(
    'SELECT id FROM series WHERE cluster = ? AND server = ? AND metric = ?',
    cluster,
    server,
    metric,
  );
  if (found !== null) return Number(found['id']);
  const id = Number(work.get('SELECT COALESCE(MAX(id), 0) + 1 AS id FROM series')?.['id']);
  work.run('INSERT INTO series VALUES (?, ?, ?, ?, ?)', id, cluster, server, metric, 0);
  return id;
}

/** Samples of the metrics, thinned out as they age. */
export function sampleTable(connection: Connection): SampleStore {
  return {
    append: async (samples) => {
      // A value that is no number is no observation: it stays a gap and does not take the others' tick with it.
      const observed = samples.filter((sample) => Number.isFinite(sample.value));
      if (observed.length === 0) return;
      await connection.write((work) => {
        for (const sample of observed) {
          work.run('REPLACE INTO samples VALUES (?, ?, ?)', seriesOf(work, sample), sample.at, sample.value);
        }
      });
    },
    series: (query) => readSeries(connection, query),
    maintain: (now) => maintainSamples(connection, now),
  };
}
