import { expect, test } from 'vitest';
import type { NodeReport } from '../../contract/galera.ts';
import { crashed, decideOn, historyB, none, seen, serving, stopped, timedOut } from '../testing/example-evidence.ts';
import { givenUpByStart, mayBeLast } from './one-node.ts';

test('who may be the last that serves is not stopped in passing: a node of which nothing is known counts for nothing', () => {
  const [one, two] = [serving('db-1'), serving('db-2')];
  const apart = serving('db-2', { clusterStatus: 'non-primary' });
  const waits = seen('db-1', { alive: { kind: 'waiting', pid: 1, position: null } });
  const frozen = seen('db-1', { alive: { kind: 'silent', pid: 1, detail: 'frozen' } });
  expect(mayBeLast([one, two], 'db-1')).toBe(false);
  expect(mayBeLast([one, crashed('db-2', 12)], 'db-1')).toBe(true);
  expect(mayBeLast([one, timedOut('db-2')], 'db-1')).toBe(true);
  expect(mayBeLast([one, apart], 'db-1')).toBe(true);
  expect(mayBeLast([one, apart], 'db-2')).toBe(false);
  expect(mayBeLast([frozen, apart], 'db-1')).toBe(true);
  expect(mayBeLast([waits, apart], 'db-1')).toBe(false);
});

/** What a start of db-3 gives up beside two nodes that run, the first at 11730. */
const lost = (node: NodeReport): string | null => {
  const reports = [serving('db-1'), serving('db-2', { lastCommitted: '11728' }), node];
  return givenUpByStart(decideOn(reports), reports, 'db-3');
};

test('what a node has beyond the cluster that runs, or in another history, is named before a start gives it up', () => {
  expect(lost(crashed('db-3', 11_730))).toBeNull();
  expect(lost(stopped('db-3', 11_731))).toBe('transaction 11731, which no running node has');
  expect(lost(crashed('db-3', 11_735))).toBe('transactions 11731 to 11735, which no running node has');
  expect(lost(crashed('db-3', 5, { uuid: historyB }))).toContain('it is in the history 8b6d2a10');
  expect(lost(crashed('db-3', 5, { kept: true }))).toContain('gave up');
  expect(lost(crashed('db-3', -1, { recovered: { kind: 'failed', reason: 'it told no position' } }))).toContain(
    'nobody knows what that is: it told no position',
  );
  const grastate = { kind: 'read' as const, raw: '', uuid: none, seqno: '-1', safeToBootstrap: false };
  expect(lost(seen('db-3', { grastate }))).toBeNull();
  expect(lost(seen('db-3', { hasData: false, grastate: { kind: 'missing' } }))).toBeNull();
});
