import { describe, expect, test } from 'vitest';
import type { NodeEvidence } from '../../contract/galera-evidence.ts';
import type { Decision } from '../../contract/galera.ts';
import {
  at,
  crashed,
  decideOn,
  historyA,
  historyB,
  none,
  now,
  seen,
  serving,
  stopped,
  timedOut,
} from '../testing/example-evidence.ts';
import { decide } from './decide.ts';

const reasonOf = (decision: Decision, name: string): string =>
  decision.nodes.find((node) => node.name === name)?.reason ?? '';
const rowOf = (decision: Decision, name: string) => decision.nodes.find((node) => node.name === name);

/** The grastate.dat of a node in the middle of a DDL or of a state transfer. */
const unnamedState = { grastate: { kind: 'read' as const, raw: '', uuid: none, seqno: '-1', safeToBootstrap: false } };
const highest = { recovered: { kind: 'position' as const, uuid: historyA, seqno: '11999', gtid: null } };

/** A node after a crash in a DDL. */
const unnamed = (name: string, seqno: number) =>
  seen(name, { ...unnamedState, recovered: { kind: 'position', uuid: historyA, seqno: String(seqno), gtid: null } });

/** A node that runs and has opened no database. */
const waiting = (name: string, change: Partial<NodeEvidence> = {}) =>
  seen(name, { alive: { kind: 'waiting', pid: 1, position: `${historyA}:12` }, ...change });

describe('a cluster that was stopped', () => {
  test('in order: the one that left last and has the highest seqno is green', () => {
    const decision = decideOn([stopped('db-1', 8), stopped('db-2', 10), stopped('db-3', 12, 1)]);
    expect(decision).toMatchObject({ verdict: 'green', situation: 'all-down', act: 'bootstrap', recommended: 'db-3' });
    expect(reasonOf(decision, 'db-2')).toBe('not db-2: it stopped at 10, db-3 has 12');
    expect(rowOf(decision, 'db-2')?.givesUp).toEqual(['up to 2 transactions (11 to 12) that db-3 has']);
  });

  test('all at once: same seqno, nobody left last, and the first of the configuration is green', () => {
    const decision = decideOn([stopped('db-1', 12), stopped('db-2', 12), stopped('db-3', 12)]);
    expect(decision).toMatchObject({ verdict: 'green', recommended: 'db-1' });
    expect(rowOf(decision, 'db-3')?.givesUp).toEqual([]);
  });

  test('the flag of one that left last decides between the same seqnos', () => {
    expect(decideOn([stopped('db-1', 12), stopped('db-2', 12, 1)])).toMatchObject({
      verdict: 'green',
      recommended: 'db-2',
    });
  });
});

describe('a cluster that crashed', () => {
  test('the highest recovered seqno is green, by number and not by text', () => {
    const decision = decideOn([crashed('db-1', 9_999), crashed('db-2', 11_708), crashed('db-3', 11_713)]);
    expect(decision).toMatchObject({ verdict: 'green', recommended: 'db-3' });
    expect(reasonOf(decision, 'db-2')).toBe('not db-2: it stopped at 11708, db-3 has 11713');
  });

  test('seqnos beyond 2^53 are told apart', () => {
    const decision = decideOn([crashed('db-1', 9_007_199_254_740_993n), crashed('db-2', 9_007_199_254_740_992n)]);
    expect(decision).toMatchObject({ verdict: 'green', recommended: 'db-1' });
  });

  test('a refused bootstrap left seqno -1 on a node that stopped in order: what InnoDB has counts', () => {
    const decision = decideOn([stopped('db-1', 8), stopped('db-2', 10), crashed('db-3', 12, { safe: 1 })]);
    expect(decision).toMatchObject({ verdict: 'green', recommended: 'db-3' });
  });

  test('with innodb_flush_log_at_trx_commit 0 the last second is named', () => {
    const decision = decideOn([crashed('db-1', 12, { flushLogAtCommit: 0 }), crashed('db-2', 11)]);
    expect(decision.notes).toEqual([
      'db-1 crashed with innodb_flush_log_at_trx_commit=0: what was acknowledged in the last second may be lost.',
    ]);
  });

  test('the GTID of a position stays with it', () => {
    const withGtid = { recovered: { kind: 'position' as const, uuid: historyA, seqno: '11720', gtid: '77-7-11690' } };
    const decision = decideOn([crashed('db-1', 0, withGtid), crashed('db-2', 9_999)]);
    expect(decision.recommended).toBe('db-1');
    expect(rowOf(decision, 'db-1')?.gtid).toBe('77-7-11690');
  });
});

describe('scenario 21: the election', () => {
  test('no data at all: refused', () => {
    const empty = { hasData: false, grastate: { kind: 'missing' as const } };
    expect(decideOn([seen('db-1', empty), seen('db-2', empty)])).toMatchObject({
      verdict: 'refuse',
      situation: 'no-candidate',
    });
  });

  test('a new node without data takes nothing from the others', () => {
    const empty = seen('db-3', { hasData: false, grastate: { kind: 'missing' } });
    expect(decideOn([crashed('db-1', 12), crashed('db-2', 11), empty])).toMatchObject({
      verdict: 'green',
      recommended: 'db-1',
    });
  });

  test('partial evidence: refused, and the risk of each choice names who is not known', () => {
    const decision = decideOn([crashed('db-1', 12), crashed('db-2', 11), timedOut('db-3')]);
    expect(decision).toMatchObject({ verdict: 'refuse', situation: 'member-unknown', recommended: null });
    expect(rowOf(decision, 'db-1')).toMatchObject({ choice: 'with-confirmation' });
    expect(rowOf(decision, 'db-1')?.givesUp.join()).toContain('whatever only db-3 has (no answer within 5 s)');
    expect(rowOf(decision, 'db-3')).toMatchObject({ choice: 'impossible', alive: 'unknown' });
  });

  test('the last position of an unknown node is told', () => {
    const lastSeen = { 'db-3': { uuid: historyA, seqno: '10', at } };
    const decision = decideOn([crashed('db-1', 12), timedOut('db-3')], { lastSeen });
    expect(rowOf(decision, 'db-1')?.givesUp.join()).toContain(`last seen at 10 at ${at}`);
  });

  test('old evidence is none', () => {
    const reports = [crashed('db-1', 12), crashed('db-2', 11)];
    const input = { members: ['db-1', 'db-2'], reports, floor: null, lastSeen: new Map() };
    expect(decide({ ...input, now: now + 60_000 })).toMatchObject({ verdict: 'refuse', situation: 'member-unknown' });
  });

  test('a member of the configuration that nothing was heard of is unknown', () => {
    const input = { reports: [crashed('db-1', 12)], now, floor: null, lastSeen: new Map() };
    expect(decide({ ...input, members: ['db-1', 'db-2'] })).toMatchObject({ verdict: 'refuse' });
  });

  test('all skipped: refused, each with its reason', () => {
    const decision = decideOn([
      seen('db-1', { grastate: { kind: 'missing' }, ...highest }),
      seen('db-2', { transferLeftovers: ['sst_in_progress'], ...highest }),
    ]);
    expect(decision).toMatchObject({ verdict: 'refuse', situation: 'no-candidate' });
    expect(reasonOf(decision, 'db-2')).toContain('a state transfer to it did not come to its end (sst_in_progress)');
    expect(reasonOf(decision, 'db-1')).toContain('it has no grastate.dat');
    expect(decision.nodes.every(({ choice }) => choice === 'impossible')).toBe(true);
  });

  test('scenario 10, the choice: a node in the middle of a state transfer is out though its position is the highest', () => {
    const decision = decideOn([
      crashed('db-1', 11_713),
      crashed('db-2', 11_708),
      seen('db-3', { ...unnamedState, ...highest }),
    ]);
    expect(decision).toMatchObject({ verdict: 'human', recommended: 'db-1' });
    expect(decision.doubts).toEqual(['db-3 may not be chosen, and it stands at 11999, beyond db-1']);
    expect(rowOf(decision, 'db-3')).toMatchObject({ choice: 'impossible' });
  });

  test('a node that is out and whose position is not known keeps it from green', () => {
    const broken = seen('db-2', {
      grastate: { kind: 'invalid', raw: '', reason: 'it is empty' },
      recovered: { kind: 'failed', reason: 'it told no position' },
    });
    const decision = decideOn([crashed('db-1', 12), broken]);
    expect(decision).toMatchObject({ verdict: 'human', recommended: 'db-1' });
    expect(decision.doubts).toEqual(['what db-2 holds is not known: it told no position']);
  });

  test('a flag with seqno -1 whose position is not known says nothing', () => {
    const flagged = crashed('db-1', -1, { safe: 1, recovered: { kind: 'failed', reason: 'it told no position' } });
    expect(decideOn([flagged, crashed('db-2', 12)])).toMatchObject({ verdict: 'human', recommended: 'db-2' });
  });

  test('a flag on a lower seqno is a hint that misleads: a person looks', () => {
    const decision = decideOn([stopped('db-1', 8, 1), stopped('db-2', 10), stopped('db-3', 12)]);
    expect(decision).toMatchObject({ verdict: 'human', recommended: 'db-3' });
    expect(decision.doubts).toEqual(['db-1 says that it left last, and it stands at 8']);
  });

  test('two that both left last: a person looks', () => {
    const decision = decideOn([stopped('db-1', 11_731, 1), stopped('db-2', 11_709, 1), stopped('db-3', 11_700)]);
    expect(decision).toMatchObject({ verdict: 'human', recommended: 'db-1' });
    expect(decision.doubts).toContain('db-1 and db-2 all say that they left last');
  });

  test("a node's file and its data of different histories: refused, both are named", () => {
    const torn = crashed('db-2', 12, { recovered: { kind: 'position', uuid: historyB, seqno: '12', gtid: null } });
    const decision = decideOn([crashed('db-1', 11), torn]);
    expect(decision).toMatchObject({ verdict: 'refuse', situation: 'two-histories', recommended: null });
    expect(reasonOf(decision, 'db-2')).toContain('names the history 6069cfec, and its data are of 8b6d2a10');
  });

  test('forcing an unknown node is impossible', () => {
    expect(rowOf(decideOn([crashed('db-1', 12), timedOut('db-2')]), 'db-2')?.choice).toBe('impossible');
  });
});

test('scenario 12, the choice: two histories are refused, both listed, and each choice says whose rows go', () => {
  const decision = decideOn([crashed('db-1', 20), crashed('db-2', 30, { uuid: historyB }), crashed('db-3', 18)]);
  expect(decision).toMatchObject({ verdict: 'refuse', situation: 'two-histories', recommended: null });
  expect(decision.doubts).toEqual(['6069cfec: db-1 at 20, db-3 at 18', '8b6d2a10: db-2 at 30']);
  expect(rowOf(decision, 'db-2')).toMatchObject({
    choice: 'with-confirmation',
    givesUp: [
      'every row that only db-1 has: it takes a full copy',
      'every row that only db-3 has: it takes a full copy',
    ],
  });
  expect(rowOf(decision, 'db-3')?.givesUp).toContain('up to 2 transactions that db-1 has');
});

describe('scenario 11, the choice: no node names a history, as after a crash in a DDL', () => {
  test('the highest is recommended to a person, with what is written into it', () => {
    const decision = decideOn([unnamed('db-1', 11_723), unnamed('db-2', 11_723), unnamed('db-3', 11_720)]);
    expect(decision).toMatchObject({ verdict: 'human', act: 'bootstrap', recommended: 'db-1' });
    expect(decision.doubts.join()).toContain('6069cfec:11723 of db-1 is written into its own');
  });

  test('not where one has a trace of a state transfer', () => {
    const copying = seen('db-3', { ...unnamedState, ...highest, transferLeftovers: ['.sst'] });
    expect(decideOn([unnamed('db-1', 11_723), copying])).toMatchObject({
      verdict: 'refuse',
      situation: 'no-candidate',
    });
  });

  test('not where what InnoDB has is no history either', () => {
    const lost = seen('db-1', { ...unnamedState, recovered: { kind: 'position', uuid: none, seqno: '1', gtid: null } });
    expect(decideOn([lost, unnamed('db-2', 12)])).toMatchObject({ verdict: 'refuse', situation: 'no-candidate' });
  });

  test('scenario 11, alarm: Primary without a history is never green', () => {
    const decision = decideOn([serving('db-1', { stateUuid: none, lastCommitted: '0' }), crashed('db-2', 11_723)]);
    expect(decision).toMatchObject({ verdict: 'refuse', situation: 'history-lost', act: 'none' });
  });
});

describe('nodes that run', () => {
  test('scenario 6, the choice: with one Primary nothing is bootstrapped, whatever the flag of another says', () => {
    const decision = decideOn([serving('db-1'), stopped('db-2', 10), stopped('db-3', 12, 1)]);
    expect(decision).toMatchObject({ verdict: 'refuse', situation: 'running', act: 'start', start: ['db-2', 'db-3'] });
    expect(decision.nodes.every(({ choice }) => choice === 'impossible')).toBe(true);
  });

  test('scenario 13, the choice: two Primary components with the same uuid, view and position are a split brain', () => {
    const two = { clusterSize: 2, members: ['db-1', 'db-2'] };
    const decision = decideOn([serving('db-1', two), serving('db-2', two), serving('db-3', { clusterSize: 1 })]);
    expect(decision).toMatchObject({ verdict: 'refuse', situation: 'split-brain', act: 'none' });
    expect(decision.text).toContain('db-1 and db-2 · db-3');
  });

  test('a view in change, where only one lists the other, is no split brain', () => {
    const decision = decideOn([serving('db-1', { clusterSize: 2, members: ['db-1', 'db-2'] }), serving('db-2')]);
    expect(decision.situation).toBe('running');
  });

  test('scenario 7, the choice: a frozen node is unknown, never down', () => {
    const frozen = seen('db-3', { alive: { kind: 'silent', pid: 7, detail: 'its process is stopped' } });
    const decision = decideOn([crashed('db-1', 12), crashed('db-2', 11), frozen]);
    expect(decision).toMatchObject({ verdict: 'refuse', situation: 'member-unknown', recommended: null });
    expect(rowOf(decision, 'db-3')).toMatchObject({ alive: 'silent', choice: 'impossible' });
  });

  test('scenario 5, the choice: nodes that wait need the missing one, and nobody is bootstrapped beside them', () => {
    const decision = decideOn([waiting('db-1'), waiting('db-2'), crashed('db-3', 12)]);
    expect(decision).toMatchObject({ verdict: 'refuse', situation: 'waiting', act: 'start', start: ['db-3'] });
    expect(decision.text).toContain('db-1 and db-2 run and wait for db-3');
  });

  test('nodes that wait and were started without a position are to be stopped: nothing is started beside them', () => {
    const blind = waiting('db-1', { alive: { kind: 'waiting', pid: 1, position: null } });
    const decision = decideOn([blind, waiting('db-2'), crashed('db-3', 12)]);
    expect(decision).toMatchObject({ verdict: 'refuse', situation: 'waiting', act: 'none', start: [] });
    expect(decision.text).toContain('without a history');
  });

  test('scenario 4, the choice: all wait for each other: nothing is offered', () => {
    const gvwstate = { kind: 'read' as const, raw: '', ownId: historyA, view: '3', members: [historyA] };
    const decision = decideOn([waiting('db-1', { gvwstate }), waiting('db-2', { gvwstate })]);
    expect(decision).toMatchObject({ verdict: 'refuse', situation: 'waiting', act: 'none', start: [] });
    expect(decision.text).toContain('by themselves');
  });
});

describe('scenario 14, the choice: a survivor without a Primary component', () => {
  const survivor = serving('db-1', {
    clusterStatus: 'non-primary',
    localState: 'Initialized',
    lastCommitted: '12',
    members: [],
  });

  test('is made Primary when the others are down and not ahead', () => {
    const decision = decideOn([survivor, crashed('db-2', 12), crashed('db-3', 11)]);
    expect(decision).toMatchObject({
      verdict: 'green',
      situation: 'non-primary',
      act: 'make-primary',
      recommended: 'db-1',
    });
  });

  test('is a matter for a person when one of them is ahead', () => {
    const decision = decideOn([survivor, crashed('db-2', 15), crashed('db-3', 11)]);
    expect(decision).toMatchObject({ verdict: 'human', recommended: 'db-1', doubts: ['db-2 holds 15, db-1 has 12'] });
  });

  test('is refused while another answers from outside of its component', () => {
    const other = serving('db-2', { clusterStatus: 'non-primary', lastCommitted: '12' });
    expect(decideOn([survivor, other, crashed('db-3', 11)])).toMatchObject({ verdict: 'refuse', act: 'none' });
  });

  test('is refused while nothing is known of another', () => {
    expect(decideOn([survivor, timedOut('db-2')])).toMatchObject({ verdict: 'refuse', recommended: null });
  });
});

describe('scenario 24, the choice: what the console remembers', () => {
  test('a position below the one that a recovery recorded is for a person', () => {
    const decision = decideOn([crashed('db-1', 12), crashed('db-2', 11)], {
      floor: { uuid: historyA, seqno: '15', at },
    });
    expect(decision).toMatchObject({ verdict: 'human', recommended: 'db-1' });
    expect(decision.doubts.join()).toContain('stood at 15');
  });

  test('so is one below what a node was last seen at, and another history', () => {
    const reports = [crashed('db-1', 12), crashed('db-2', 11)];
    expect(decideOn(reports, { lastSeen: { 'db-2': { uuid: historyA, seqno: '13', at } } }).verdict).toBe('human');
    expect(decideOn(reports, { lastSeen: { 'db-2': { uuid: historyB, seqno: '3', at } } }).verdict).toBe('human');
    expect(decideOn(reports, { floor: { uuid: historyA, seqno: '12', at } }).verdict).toBe('green');
  });
});
