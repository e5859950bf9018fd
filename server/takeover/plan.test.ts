import { describe, expect, test } from 'vitest';
import { gtidList } from '../mariadb/gtid.ts';
import {
  exampleFacts,
  exampleNow,
  exampleReplicaFacts,
  exampleView,
  refused,
  up,
} from '../topology/testing/example-cluster.ts';
import { differences, fingerprintParts, fingerprintText } from './fingerprint.ts';
import { lostTransactions, returnedText } from './lost-transactions.ts';
import { draftPlan, taskOf } from './plan.ts';
import { Plans } from './plans.ts';
import { examplePlanInput, type ExampleChange } from './testing/example-plan.ts';

const dead = exampleView(1, refused, up(exampleFacts(1), 5_000));
const limits = { dryRun: false, budgetSeconds: 60, longWriteSeconds: 10 };

function draftOf(change: ExampleChange = {}): NonNullable<ReturnType<typeof draftPlan>> {
  const draft = draftPlan(examplePlanInput(change));
  if (!draft) throw new Error('no such server');
  return draft;
}

describe('what is proposed', () => {
  test('a switchover from a living primary, and a failover from a dead one; asked the other way round, neither runs', () => {
    expect(draftOf().kinds).toEqual(['switchover', 'detach']);
    expect(draftOf({ views: [dead] }).kinds).toEqual(['failover', 'detach']);
    expect(draftOf({ input: { kind: 'failover' } })).toMatchObject({ kind: 'failover', blocked: true });
    expect(draftOf({ views: [dead], input: { kind: 'switchover' } })).toMatchObject({
      kind: 'switchover',
      blocked: true,
    });
  });

  test('a detach where the primary is none of the cluster', () => {
    const stranger = exampleView(2, up(exampleReplicaFacts(2, { host: '192.0.2.9', masterServerId: 77 })));
    expect(draftOf({ views: [stranger] })).toMatchObject({ kinds: ['detach'], oldPrimary: null });
  });

  test('nothing for a server that the cluster does not have', () => {
    expect(draftPlan(examplePlanInput({ input: { target: 'db-9' } }))).toBeNull();
  });
});

describe('the command', () => {
  const lagging = exampleView(2, up(exampleReplicaFacts(2, { delaySeconds: 60 })));

  test('accepts what blocks and can be accepted', () => {
    const hung = exampleView(1, { ...refused, kind: 'unreachable', reason: 'hung', at: exampleNow - 100, detail: '' });
    expect(draftOf({ views: [hung] }).command).toBe('baton promote erp5/db-2 --failover --accept unfenced');
  });

  test('accepts nothing where something blocks that nobody can accept', () => {
    const never = { ...lagging, server: { ...lagging.server, candidate: 'never' as const } };
    const draft = draftOf({ views: [never] });
    expect(draft.checks.filter(({ level }) => level === 'block').map(({ code }) => code)).toEqual([
      'target-candidate',
      'target-delay',
    ]);
    expect(draft).toMatchObject({ blocked: true, command: 'baton promote erp5/db-2 --switchover' });
  });
});

test('before and after say who follows whom', () => {
  expect(draftOf().roles).toEqual([
    { server: 'db-1', before: { role: 'primary', follows: null }, after: { role: 'replica', follows: 'db-2' } },
    { server: 'db-2', before: { role: 'replica', follows: 'db-1' }, after: { role: 'primary', follows: null } },
    { server: 'db-3', before: { role: 'replica', follows: 'db-1' }, after: { role: 'replica', follows: 'db-2' } },
  ]);
  expect(draftOf({ views: [dead] }).roles[0]?.after).toEqual({ role: 'unknown', follows: null });
  expect(draftOf({ input: { kind: 'detach' } }).roles.map(({ after }) => after.role)).toEqual([
    'primary',
    'standalone',
    'replica',
  ]);
});

describe('the cost', () => {
  test('of a switchover is never a transaction', () => {
    expect(draftOf().cost).toMatchObject({ transactionsLost: 0, lossKnown: 'exact', writeOutageSeconds: 0.05 });
  });

  test('of a failover is what the primary last had and the target has not received', () => {
    const lastPrimary = { name: 'db-1', at: exampleNow - 3_200, position: gtidList('0-1-114') };
    expect(draftOf({ views: [dead], input: { lastPrimary } }).cost).toMatchObject({
      transactionsLost: 14,
      lossKnown: 'at-least',
      lossKnownAsOf: new Date(exampleNow - 3_200).toISOString(),
    });
  });

  test('of a failover is unknown where nobody ever saw the primary', () => {
    expect(draftOf({ views: [dead], input: { lastPrimary: null } }).cost).toMatchObject({
      transactionsLost: null,
      lossKnown: 'unknown',
      lossKnownAsOf: null,
    });
  });

  test('in time is what earlier ones took, and the backlog', () => {
    const past = { stepMs: { drain: 4, verify: 996 }, writeOutageMs: 20 };
    expect(draftOf({ input: { past } }).cost).toMatchObject({ writeOutageSeconds: 0.02, totalSeconds: 1 });
  });
});

const partsOf = (change: ExampleChange = {}): ReturnType<typeof fingerprintParts> => draftOf(change).parts;

describe('the fingerprint', () => {
  test('is the same while only positions move', () => {
    const moved = { views: [exampleView(1, up(exampleFacts(1, { currentPos: gtidList('0-1-999') }), 400))] };
    expect(fingerprintText(partsOf(moved))).toBe(fingerprintText(partsOf()));
    expect(differences(partsOf(), partsOf(moved))).toEqual([]);
  });

  test.each([
    ['the primary died', { views: [dead] }, 'state of db-1'],
    [
      'read_only changed',
      { views: [exampleView(3, up(exampleReplicaFacts(3, {}, { readOnly: false })))] },
      'read_only of db-3',
    ],
    [
      'a server id changed',
      { views: [exampleView(3, up(exampleReplicaFacts(3, {}, { serverId: 9 })))] },
      'server_id of db-3',
    ],
    [
      'a new domain came',
      { views: [exampleView(3, up(exampleReplicaFacts(3, {}, { currentPos: gtidList('0-1-100,1-3-1') })))] },
      'GTID domains of db-3',
    ],
    [
      'a replica follows somebody else',
      { views: [exampleView(3, up(exampleReplicaFacts(3, { host: '192.0.2.9' })))] },
      'source of db-3',
    ],
  ] as const)('differs when %s, and says what', (_when, change, what) => {
    expect(differences(partsOf(), partsOf(change)).map((difference) => difference.what)).toContain(what);
  });
});

test('every step of every kind says what it will do, and shows no password', () => {
  for (const change of [{}, { views: [dead] }, { input: { kind: 'detach' as const } }]) {
    const input = examplePlanInput(change);
    const plan = new Plans(
      () => exampleNow,
      () => 'plan-1',
    ).add(input, draftOf(change), limits);
    expect(plan.steps.filter(({ text }) => text === '')).toEqual([]);
    expect(plan.steps.filter(({ pointOfNoReturn }) => pointOfNoReturn).map(({ id }) => id)).toEqual(['open']);
    expect(plan.steps.flatMap(({ statements }) => statements).join('\n')).not.toMatch(/MASTER_PASSWORD='[^•]/);
  }
});

test('a plan is good for a minute', () => {
  let now = exampleNow;
  const plans = new Plans(
    () => now,
    () => 'plan-1',
  );
  plans.add(examplePlanInput(), draftOf(), limits);
  expect(plans.find('plan-1').kind).toBe('found');
  now += 60_001;
  expect(plans.find('plan-1').kind).toBe('expired');
  expect(plans.find('plan-2').kind).toBe('unknown');
});

test('the task leaves out replicas that do not answer, and holds no password', () => {
  const input = examplePlanInput({ views: [exampleView(3, refused, up(exampleReplicaFacts(3)))] });
  const draft = draftPlan(input);
  const task = draft && taskOf(input, draft, limits);
  expect(task).toMatchObject({ kind: 'switchover', oldPrimary: 'db-1', target: 'db-2', others: [], budgetMs: 60_000 });
  expect(JSON.stringify(task)).not.toMatch(/password/i);
});

const state = (
  binlog: string,
  slave = '',
): { binlogState: ReturnType<typeof gtidList>; slavePos: ReturnType<typeof gtidList> } => ({
  binlogState: gtidList(binlog),
  slavePos: gtidList(slave),
});

describe('what a failover lost', () => {
  test.each([
    ['0-1-12', '0-1-12,0-2-14', 0, ''],
    ['0-1-13', '0-1-12,0-2-14', 1, '0-1-13'],
    ['0-1-17', '0-1-12,0-2-14', 5, '0-1-13…17'],
    ['0-1-12,1-1-5', '0-1-12,0-2-14,1-1-3', 2, '1-1-4…5'],
  ])('old primary %s, new primary %s: %i lost', (old, current, count, ranges) => {
    expect(lostTransactions(state(old), state(current))).toEqual({ count, ranges });
  });

  test('is said in one sentence', () => {
    expect(returnedText('db-1', 'db-2', { count: 0, ranges: '' })).toBe(
      'db-1 is back and has nothing that db-2 lacks: nothing was lost',
    );
    expect(returnedText('db-1', 'db-2', { count: 5, ranges: '0-1-13…17' })).toBe(
      'db-1 is back: it has 5 transactions that nobody else has (0-1-13…17), they were lost',
    );
  });
});
