import { describe, expect, test } from 'vitest';
import type { Operation } from '../../server/contract/operation.ts';
import { judge, type Facts, type ServerAfter } from './judge.ts';
import type { Round } from './round.ts';

const round: Round = {
  seed: 1,
  kind: 'switchover',
  target: 'db-2',
  faults: [],
  accept: [],
  agents: true,
  writesPerSecond: 20,
  clickAfterMs: 0,
};

const view: Operation = {
  id: 'op',
  kind: 'switchover',
  cluster: 'erp5',
  target: 'db-2',
  title: '',
  actor: 'ana',
  dryRun: false,
  startedAt: new Date(0).toISOString(),
  endedAt: new Date(1).toISOString(),
  outcome: 'succeeded',
  summary: '',
  pointOfNoReturnPassed: true,
  cancelRequested: false,
  writeOutageMs: 5,
  interruptions: [],
  steps: [],
  followUps: [],
};

const followUp = (text: string): Operation['followUps'][number] => ({
  text,
  method: null,
  path: null,
  body: null,
  command: null,
});

const server = (name: ServerAfter['name'], change: Partial<ServerAfter> = {}): ServerAfter => ({
  name,
  readOnly: true,
  follows: 'db-2',
  caughtUp: true,
  words: '',
  ...change,
});

const primary = (name: ServerAfter['name']): ServerAfter => server(name, { readOnly: false, follows: null });

const good: Facts = {
  round,
  inflicted: [],
  view,
  overlaps: [],
  servers: [server('db-1'), primary('db-2'), server('db-3')],
  missing: [],
  missingEverywhere: [],
  received: null,
  flowing: true,
};

const overlap = { servers: ['db-1', 'db-2'] as const, from: 0, to: 10 };
const failover: Round = { ...round, kind: 'failover' };
const restored: Operation = { ...view, outcome: 'failed-restored', pointOfNoReturnPassed: false };

test('a switchover that is what it says breaks nothing', () => {
  expect(judge(good)).toEqual([]);
});

describe('one broken promise is named', () => {
  test.each<[string, Partial<Facts>, RegExp]>([
    ['a lost write of a switchover', { missing: ['a'] }, /acknowledged writes are not on db-2: a/],
    ['a write that no server has', { round: failover, missingEverywhere: ['a'] }, /nowhere: a/],
    ['two who take writes at once', { overlaps: [overlap] }, /two servers took writes at once: db-1 and db-2, 10 ms/],
    ['an operation without an outcome', { view: { ...view, outcome: null } }, /no outcome/],
    ['hands that are told nothing', { view: { ...view, outcome: 'failed-needs-hands' } }, /hands are needed/],
    ['a cluster that takes no writes', { flowing: false }, /nobody takes writes/],
    [
      'a new primary that is read-only',
      { servers: [server('db-1'), server('db-2', { follows: null }), server('db-3')] },
      /db-2 should take writes/,
    ],
    ['a restored operation that left the target open', { view: restored }, /db-2 takes writes and should not/],
    [
      'a replica left behind in silence',
      { servers: [server('db-1'), primary('db-2'), server('db-3', { follows: 'db-1' })] },
      /db-3 does not follow db-2/,
    ],
    [
      'a failover to one that had less',
      { round: failover, received: { most: 9, kept: 8 } },
      /received up to 9, the new primary has up to 8/,
    ],
  ])('%s', (_, change, words) => {
    expect(judge({ ...good, ...change }).join('\n')).toMatch(words);
  });
});

test('what the operator accepted or was told is no broken promise', () => {
  const behind = server('db-3', { follows: 'db-1', caughtUp: false });
  const told: Operation = {
    ...view,
    outcome: 'succeeded-with-follow-ups',
    followUps: [followUp('db-3 does not follow')],
  };
  expect(judge({ ...good, view: told, servers: [server('db-1'), primary('db-2'), behind] })).toEqual([]);
  expect(judge({ ...good, round: { ...failover, accept: ['unfenced'] }, overlaps: [overlap] })).toEqual([]);
});
