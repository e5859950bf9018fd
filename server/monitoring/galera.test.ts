import { expect, test } from 'vitest';
import { ZERO_HISTORY, type NodeStatus } from '../contract/galera-status.ts';
import { judgeGalera } from './galera.ts';

const synced: NodeStatus = {
  clusterStatus: 'primary',
  localState: 'Synced',
  ready: true,
  clusterSize: 3,
  stateUuid: '6069cfec-e500-11f1-a643-baa0055035f1',
  lastCommitted: '11730',
  ownId: 'a',
  members: [],
  cachedDownto: null,
};

test.each([
  { what: 'Synced in a Primary component is OK', change: {}, level: 'ok', text: 'one of 3, at 11730' },
  { what: 'a donor is a warning', change: { localState: 'Donor/Desynced' }, level: 'warning', text: 'Donor/Desynced' },
  {
    what: 'no Primary component is critical',
    change: { clusterStatus: 'non-primary' as const, localState: 'Initialized' },
    level: 'critical',
    text: 'non-primary',
  },
  {
    what: 'an inconsistent node is critical',
    change: { localState: 'Inconsistent' },
    level: 'critical',
    text: 'other rows',
  },
  {
    what: 'Primary without a history is critical',
    change: { stateUuid: ZERO_HISTORY },
    level: 'critical',
    text: 'without a history',
  },
  {
    what: 'a node that takes no statements is critical',
    change: { ready: false },
    level: 'critical',
    text: 'wsrep_ready',
  },
])('$what', ({ change, level, text }) => {
  const verdict = judgeGalera({ ...synced, ...change });
  expect(verdict.level).toBe(level);
  expect(verdict.text).toContain(text);
});

test('a server without Galera is critical', () => {
  expect(judgeGalera(null).level).toBe('critical');
});
