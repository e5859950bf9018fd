import { describe, expect, test } from 'vitest';
import type { Operation } from '../../server/contract/operation.ts';
import type { ClusterSnapshot, ServerSnapshot } from '../../server/contract/snapshot.ts';
import { buildSnapshot } from '../../server/topology/snapshot.ts';
import { exampleWith } from '../../server/topology/testing/example-cluster.ts';
import type { Look } from './console-messages.ts';
import type { Facts, ServerAfter } from './facts.ts';
import { exampleView } from './example-view.ts';
import { judge } from './judge.ts';
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
  clicks: 'one',
};

const view = exampleView;

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
  own: 0,
  words: '',
  ...change,
});

const primary = (name: ServerAfter['name']): ServerAfter => server(name, { readOnly: false, follows: null });

const exampleSnapshot = buildSnapshot(exampleWith(), []).snapshot;

/** As a page would show that server. */
function shown({ name, readOnly, follows }: ServerAfter): ServerSnapshot {
  const like = exampleSnapshot.servers.find(({ role }) => role === (follows === null ? 'primary' : 'replica'));
  if (!like) throw new Error('the example has a primary and a replica');
  return { ...like, name, readOnly, replication: like.replication.map((one) => ({ ...one, primary: follows })) };
}

const look = (servers: readonly ServerAfter[], change: Partial<ClusterSnapshot> = {}): Look => ({
  snapshot: { ...exampleSnapshot, primary: 'db-2', problems: [], servers: servers.map(shown), ...change },
  operations: [view],
});

const good: Facts = {
  round,
  inflicted: [],
  view,
  end: { views: [view], refusals: [], takenUp: [] },
  look: look([server('db-1'), primary('db-2'), server('db-3')]),
  recognised: null,
  overlaps: [],
  servers: [server('db-1'), primary('db-2'), server('db-3')],
  missing: [],
  missingEverywhere: [],
  received: null,
  flowing: true,
};

const problem: ClusterSnapshot['problems'][number] = {
  code: 'replica-not-following',
  level: 'serious',
  server: 'db-3',
  text: '',
  fix: null,
  since: new Date(0).toISOString(),
};
const overlap = { servers: ['db-1', 'db-2'] as const, from: 0, to: 10 };
const unknownStep: Operation['steps'][number] = {
  id: 'drain',
  name: 'drain',
  server: 'db-2',
  pointOfNoReturn: false,
  state: 'unknown',
  startedAt: null,
  endedAt: null,
  waitsFor: null,
  note: null,
  statements: [],
  log: null,
  error: null,
};
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
    ['two clicks that succeed both', { end: { views: [view, view], refusals: [], takenUp: [] } }, /two clicks/],
    [
      'an interruption that the page does not tell of',
      { end: { views: [view], refusals: [], takenUp: ['op'] } },
      /was taken up, and its page does not say so/,
    ],
    [
      'what is restored behind the point of no return',
      { view: { ...restored, pointOfNoReturnPassed: true } },
      /failed-restored, and the point of no return is passed/,
    ],
    ['a success with a step that nobody knows', { view: { ...view, steps: [unknownStep] } }, /drain is unknown/],
    [
      'hands that no fault explains',
      { view: { ...view, outcome: 'failed-needs-hands', followUps: [followUp('do')] } },
      /no fault explains it/,
    ],
    [
      'a failover that lost more than it can show',
      { round: { ...failover, accept: ['unfenced'] }, recognised: true, missing: ['a'] },
      /1 acknowledged writes are missing, and db-1 has 0/,
    ],
    [
      'a page with another primary',
      { look: look(good.servers, { primary: 'db-1' }) },
      /the page shows db-1 as primary: it is db-2/,
    ],
    [
      'a page with the roles of before',
      { look: look([primary('db-1'), primary('db-2'), server('db-3')]) },
      /shows db-1 with read_only=false[^]*db-1 following nobody: it follows db-2/,
    ],
    [
      'a page that is silent about a broken replica',
      {
        inflicted: [{ kind: 'break-replica', server: 'db-3' }],
        servers: [server('db-1'), primary('db-2'), server('db-3', { caughtUp: false })],
      },
      /db-3 does not follow, and the page shows no problem/,
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

test('the failover before a rejoin speaks for the other servers, and not for the one that is rejoined', () => {
  const rejoined: Operation = { ...view, id: 'rejoin', kind: 'rejoin', target: 'db-1' };
  const failedOver: Operation = {
    ...view,
    kind: 'failover',
    followUps: ['db-1', 'db-3'].map((name) => followUp(`${name} does not follow`)),
  };
  const judged = (name: 'db-1' | 'db-3'): string[] => {
    const servers = (['db-1', 'db-3'] as const).map((one) => server(one, one === name ? { caughtUp: false } : {}));
    const all = [...servers, primary('db-2')];
    const page = { ...look(all, { problems: [{ ...problem, server: name }] }), operations: [rejoined, failedOver] };
    return judge({ ...good, round: { ...round, kind: 'rejoin' }, view: rejoined, servers: all, look: page });
  };
  expect(judged('db-3')).toEqual([]);
  expect(judged('db-1').join('\n')).toMatch(/db-1 does not follow db-2, and nothing says so/);
});

test('what the operator accepted or was told is no broken promise', () => {
  const behind = server('db-3', { follows: 'db-1', caughtUp: false });
  const told: Operation = {
    ...view,
    outcome: 'succeeded-with-follow-ups',
    followUps: [followUp('db-3 does not follow')],
  };
  const servers = [server('db-1'), primary('db-2'), behind];
  const page = { ...look(servers, { problems: [problem] }), operations: [told] };
  expect(judge({ ...good, view: told, servers, look: page })).toEqual([]);
  expect(judge({ ...good, round: { ...failover, accept: ['unfenced'] }, overlaps: [overlap] })).toEqual([]);
});
