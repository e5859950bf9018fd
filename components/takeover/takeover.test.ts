import { describe, expect, test } from 'vitest';
import type { Check } from '../../server/contract/takeover.ts';
import { aCluster, aConnection, aServer } from '../status/example.ts';
import { about, lossText, timeTexts } from './cost-line.ts';
import { checkLink } from './check-link.ts';
import { drift } from './drift.ts';
import { refusalChanges, refusalChecks, runningOperation } from './refusal.ts';
import { roleTree } from './role-tree.ts';
import { kindReason } from './wording.ts';
import { nameToType, standingBlocks, whyImpossible, whyShut } from './why-shut.ts';

const aCheck = (change: Partial<Check> = {}): Check => ({
  code: 'backup-recent',
  level: 'pass',
  server: null,
  text: 'a check',
  fix: null,
  commands: [],
  acceptable: false,
  ...change,
});
const aPlan = (checks: Check[], confirm: string | null = null) => ({
  checks,
  confirm,
  target: 'db-2',
  oldPrimary: 'db-1',
});

describe('the cost of a takeover', () => {
  const cost = {
    transactionsLost: 0,
    lossKnown: 'exact',
    lossKnownAsOf: null,
    writeOutageSeconds: 0.052,
    totalSeconds: 2.2,
  } as const;
  test('says the loss as exactly as it is known, and no more', () => {
    expect(lossText({ kind: 'switchover', target: 'db-2', cost })).toBe('Loses nothing');
    expect(lossText({ kind: 'failover', target: 'db-2', cost: { ...cost, transactionsLost: 1 } })).toBe(
      'Loses 1 transaction',
    );
    expect(
      lossText({ kind: 'failover', target: 'db-2', cost: { ...cost, transactionsLost: 14, lossKnown: 'at-least' } }),
    ).toBe('Loses at least 14 transactions');
    expect(
      lossText({ kind: 'failover', target: 'db-2', cost: { ...cost, transactionsLost: null, lossKnown: 'unknown' } }),
    ).toBe('May lose transactions, nobody can know how many');
  });
  test('a loss of at least nothing is not "loses nothing"', () => {
    expect(lossText({ kind: 'failover', target: 'db-2', cost: { ...cost, lossKnown: 'at-least' } })).toBe(
      'Nothing known to be lost, but some may be',
    );
  });
  test('says times as estimates', () => {
    expect(timeTexts({ kind: 'switchover', cost })).toEqual(['writes stop for about 50 ms', 'takes about 2 s']);
    expect([0.001, 0.41, 0.96, 70].map(about)).toEqual([
      'about 10 ms',
      'about 400 ms',
      'about 1 s',
      'about 1 min 10 s',
    ]);
  });
});

describe('the button of a review', () => {
  test('is open at once when all is green: one press', () => {
    expect(whyShut(aPlan([aCheck(), aCheck({ level: 'warn' })]), { accepted: [], typed: '' })).toBeNull();
  });
  test('stays shut for a block that nobody can accept, whatever is typed or accepted', () => {
    const plan = aPlan([aCheck({ level: 'block', code: 'two-primaries', text: 'two servers take writes' })]);
    expect(whyShut(plan, { accepted: ['two-primaries'], typed: 'db-2' })).toBe(
      '1 check blocks it: two servers take writes',
    );
  });
  test('opens for an accepted block only with the name typed', () => {
    const plan = aPlan([aCheck({ level: 'block', code: 'unfenced', acceptable: true })]);
    expect(whyShut(plan, { accepted: [], typed: 'db-2' })).toContain('resolved or accepted');
    expect(whyShut(plan, { accepted: ['unfenced'], typed: '' })).toBe('Type db-2 to open the button.');
    expect(whyShut(plan, { accepted: ['unfenced'], typed: ' db-2 ' })).toBeNull();
  });
  test('a failover stays shut until the name is typed in full', () => {
    const plan = aPlan([aCheck()], 'db-2');
    expect(whyShut(plan, { accepted: [], typed: 'db-' })).not.toBeNull();
    expect(whyShut(plan, { accepted: [], typed: 'DB-2' })).not.toBeNull();
    expect(whyShut(plan, { accepted: [], typed: 'db-2' })).toBeNull();
    expect(nameToType(plan, [])).toBe('db-2');
  });
  test('names the block that cannot be accepted before one that can', () => {
    const blocks = standingBlocks(
      aPlan([aCheck({ level: 'block', code: 'a', acceptable: true }), aCheck({ level: 'block', code: 'b' })]),
      [],
    );
    expect(blocks.map((check) => check.code)).toEqual(['b', 'a']);
  });
});

describe('a plan is for one state of affairs', () => {
  const before = aCluster({
    servers: [
      aServer({ name: 'db-1', role: 'primary' }),
      aServer({
        name: 'db-2',
        replication: [aConnection()],
        promotable: { possible: true, kind: 'switchover', reason: null },
      }),
    ],
  });
  const changed = (place: number, change: Parameters<typeof aServer>[0]) => ({
    ...before,
    servers: before.servers.map((server, index) => (index === place ? { ...server, ...change } : server)),
  });

  test('moving positions and lag are no change', () => {
    const now = changed(1, {
      replication: [aConnection({ lagSeconds: 9, transactionsBehind: 400 })],
      observedAt: '2026-11-20T12:00:09.000Z',
    });
    expect(drift(before, now, 'db-2')).toEqual([]);
  });
  test('another primary, a lost server, another source and another role are', () => {
    expect(drift(before, { ...before, primary: 'db-3' }, 'db-2')).toEqual(['The primary is db-3 now; it was db-1.']);
    expect(drift(before, changed(0, { state: 'unreachable' }), 'db-2')).toEqual(['db-1 can’t be reached any more.']);
    expect(drift(before, changed(1, { replication: [aConnection({ primary: 'db-3' })] }), 'db-2')).toEqual([
      'db-2 follows db-3 now; it followed db-1.',
    ]);
    expect(drift(before, changed(1, { role: 'standalone' }), 'db-2')).toEqual([
      'db-2 is standalone now; it was replica.',
    ]);
  });
  test('a target that can no longer be promoted is, with the reason', () => {
    const now = changed(1, { promotable: { possible: false, kind: null, reason: 'it is not replicating.' } });
    expect(drift(before, now, 'db-2')).toEqual(['db-2 can’t be promoted any more: it is not replicating.']);
  });
});

const refused = (details: unknown) =>
  ({ kind: 'refused', status: 409, code: 'outdated', message: '', next: '', details }) as const;

describe('what a refusal tells', () => {
  test('the differences, as texts or as objects with a text', () => {
    expect(refusalChanges(refused({ differences: [{ what: 'primary', was: 'db-1', now: 'db-3' }, 7] }))).toEqual([
      'primary: was db-1, is db-3 now',
    ]);
    expect(refusalChanges(refused(null))).toEqual([]);
  });
  test('the operation that runs, the checks that block', () => {
    expect(runningOperation(refused({ operationId: 'x' }))).toBe('x');
    expect(runningOperation(refused({}))).toBeNull();
    expect(refusalChecks(refused({ checks: [aCheck({ level: 'block' }), { code: 1 }] }))).toHaveLength(1);
  });
});

test('a check leads to the page on which its fix is one press away', () => {
  const where = { cluster: 'erp5', target: 'db-2' };
  const href = (code: string, server: string | null = null) =>
    checkLink(aCheck({ code, server, level: 'block' }), where)?.href;
  expect(href('replica-ahead', 'db-3')).toBe('/clusters/erp5/takeover/db-3?kind=failover');
  expect(href('primary-alive')).toBe('/clusters/erp5/takeover/db-2?kind=switchover');
  expect(href('target-maintenance', 'db-2')).toBe('/clusters/erp5#maintenance');
  expect(href('target-lag')).toBeUndefined();
  expect(checkLink(aCheck({ code: 'backup-age', level: 'pass' }), where)).toBeNull();
});

test('the tree of roles puts each under the server it follows, also in a ring', () => {
  const roles = [
    { server: 'db-2', role: 'replica', follows: 'db-1' },
    { server: 'db-1', role: 'primary', follows: null },
    { server: 'db-3', role: 'replica', follows: 'db-2' },
    { server: 'x', role: 'replica', follows: 'y' },
    { server: 'y', role: 'replica', follows: 'x' },
  ];
  expect(roleTree(roles).map((row) => `${row.depth} ${row.server}`)).toEqual([
    '0 db-1',
    '1 db-2',
    '2 db-3',
    '0 x',
    '1 y',
  ]);
});

test('after a failover the new primary stands first, and the one that is gone last', () => {
  const after = [
    { server: 'db-1', role: 'unknown', follows: null },
    { server: 'db-2', role: 'primary', follows: null },
    { server: 'db-3', role: 'replica', follows: 'db-2' },
  ];
  expect(roleTree(after).map((row) => `${row.depth} ${row.server}`)).toEqual(['0 db-2', '1 db-3', '0 db-1']);
});

test('the kind is never justified by what is not so', () => {
  const up = { name: 'db-1', state: 'up' } as const;
  const gone = { name: 'db-1', state: 'unreachable' } as const;
  expect(kindReason('switchover', up)).toBe('the old primary is healthy');
  expect(kindReason('failover', gone)).toBe('the old primary is gone');
  expect(kindReason('failover', up)).toBe('though db-1 answers');
  expect(kindReason('switchover', gone)).toBe('though db-1 does not answer');
  expect(kindReason('failover', null)).toBe('there is no primary now');
});

test('only a block that nobody can accept makes a plan impossible', () => {
  const acceptable = aCheck({ level: 'block', acceptable: true, text: 'db-1 may be alive' });
  const final = aCheck({ level: 'block', text: 'db-2 is not applying' });
  expect(whyImpossible(aPlan([aCheck(), aCheck({ level: 'warn' }), acceptable]))).toBeNull();
  expect(whyImpossible(aPlan([acceptable, final]))).toBe('1 check blocks it: db-2 is not applying');
  expect(whyImpossible(aPlan([final, final]))).toBe('2 checks block it: db-2 is not applying');
});
