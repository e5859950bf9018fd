import { expect, test } from 'vitest';
import { aCluster, aProblem, aServer } from '../status/example.ts';
import { offersRejoin } from './rejoin-offer.ts';

const primary = aServer({ name: 'db-2', role: 'primary', readOnly: false });
const back = aServer({ name: 'db-1', role: 'standalone', readOnly: true });
const problem = aProblem({ code: 'replica-not-following', server: 'db-1' });
const cluster = aCluster({ primary: 'db-2', servers: [primary, back], problems: [problem] });

test('a server that follows nobody while another is the primary can be rejoined from its row', () => {
  expect(offersRejoin(back, cluster)).toBe(true);
});

test('an old primary that takes writes beside the new one can be rejoined from its row', () => {
  expect(offersRejoin({ ...back, role: 'primary', readOnly: false }, { ...cluster, problems: [] })).toBe(true);
});

test('a replica with transactions of its own is led to their list', () => {
  const own = aProblem({ code: 'errant-transactions', server: 'db-1' });
  expect(offersRejoin({ ...back, role: 'replica' }, { ...cluster, problems: [own] })).toBe(true);
});

test.each([
  ['the primary itself', offersRejoin(primary, cluster)],
  ['a server that does not answer', offersRejoin({ ...back, state: 'unreachable' }, cluster)],
  ['a server whose state is old', offersRejoin({ ...back, state: 'stale' }, cluster)],
  ['a cluster on which something runs', offersRejoin(back, { ...cluster, operationId: 'op-1' })],
  ['a cluster without a primary', offersRejoin(back, { ...cluster, primary: null })],
  ['a server that was detached on purpose', offersRejoin(back, { ...cluster, problems: [] })],
  ['a primary that is gone', offersRejoin(back, { ...cluster, servers: [{ ...primary, state: 'unreachable' }, back] })],
])('no rejoin is offered for %s', (_what, offered) => {
  expect(offered).toBe(false);
});
