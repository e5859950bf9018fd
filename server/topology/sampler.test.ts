import { expect, test } from 'vitest';
import { gtidList } from '../mariadb/gtid.ts';
import {
  exampleCluster,
  exampleFacts,
  exampleNow,
  exampleReplicaFacts,
  exampleView,
  exampleWith,
  refused,
  up,
} from './testing/example-cluster.ts';
import { samplesOf } from './sampler.ts';
import { buildSnapshot } from './snapshot.ts';
import type { ClusterView } from './view.ts';

const sampled = (view: ClusterView, since = 0): string[] =>
  samplesOf(buildSnapshot(view, []).snapshot, since).map(({ server, metric, value }) => `${server} ${metric} ${value}`);

const writing = exampleView(1, up(exampleFacts(1), 400), null, { writesPerSecond: 20 });

test("a tick keeps the replicas' lag and the primary's writes, as of when they were read", () => {
  expect(sampled(exampleWith(writing))).toEqual([
    'db-1 writes 20',
    'db-2 lag 0',
    'db-2 transactions-behind 0',
    'db-3 lag 0',
    'db-3 transactions-behind 0',
  ]);
  expect(samplesOf(buildSnapshot(exampleCluster(), []).snapshot, 0)[0]?.at).toBe(exampleNow - 499);
});

test('a replica that does not apply leaves a gap in its lag, not a 0', () => {
  const stopped = exampleView(
    2,
    up(exampleReplicaFacts(2, { sqlThread: 'stopped' }, { slavePos: gtidList('0-1-90') })),
  );
  expect(sampled(exampleWith(stopped)).filter((one) => one.startsWith('db-2'))).toEqual([
    'db-2 transactions-behind 10',
  ]);
});

test('what is out of reach, stale or was sampled before is a gap', () => {
  expect(sampled(exampleWith(writing, exampleView(2, refused, up(exampleReplicaFacts(2)))))).not.toContain(
    'db-2 lag 0',
  );
  expect(sampled(exampleWith(writing, exampleView(2, up(exampleReplicaFacts(2), 9000))))).not.toContain('db-2 lag 0');
  expect(sampled(exampleCluster(), exampleNow - 450)).toEqual([]);
});
