import { expect, test } from 'vitest';
import type { ClusterSnapshot } from '../contract/snapshot.ts';
import { exampleFacts, exampleView, exampleWith, refused, up } from '../topology/testing/example-cluster.ts';
import { buildSnapshot } from '../topology/snapshot.ts';
import { returned } from './returns.ts';

const healthy = buildSnapshot(exampleWith(), []).snapshot;
const away = buildSnapshot(exampleWith(exampleView(1, refused, up(exampleFacts(1), 5_000))), []).snapshot;
const unasked: ClusterSnapshot = buildSnapshot(exampleWith(exampleView(1, null)), []).snapshot;

test.each([
  ['which did not answer before', away, healthy, ['db-1']],
  ['at the first whole look of a console', null, healthy, ['db-1', 'db-2', 'db-3']],
  ['when the last of the first looks has landed', unasked, healthy, ['db-1', 'db-2', 'db-3']],
  ['not before each was looked at', null, unasked, []],
  ['not while it answers all along', healthy, healthy, []],
  ['not when it goes away', healthy, away, []],
])('a server counts as returned %s', (_, before, after, names) => expect(returned(before, after)).toEqual(names));
