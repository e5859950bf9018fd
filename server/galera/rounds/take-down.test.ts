import { beforeEach, expect, test } from 'vitest';
import { BatonError } from '../../contract/errors.ts';
import type { GaleraAnswer, NodeWork } from '../../contract/galera-agent.ts';
import type { NodeReport } from '../../contract/galera.ts';
import type { RoundAct } from '../../contract/galera-rounds.ts';
import type { NodeStatus } from '../../contract/galera-status.ts';
import { deadlineIn } from '../../operations/deadline.ts';
import type { Act, Json, Step } from '../../operations/step.ts';
import { FakeStore } from '../../operations/testing/fake-store.ts';
import type { GaleraAgent } from '../agent.ts';
import { lookOf } from '../recovery/look.ts';
import { PositionRecords } from '../recovery/records.ts';
import { at, historyA, serving, stopped } from '../testing/example-evidence.ts';
import { fakeAgent } from '../testing/fake-agent.ts';
import { roundSteps } from './program.ts';
import type { RoundContext } from './task.ts';

const members = ['db-1', 'db-2', 'db-3'];
const idle: NodeWork = { kind: 'none', startedAt: null, endedAt: null, error: null };
const stopping: NodeWork = { ...idle, kind: 'stopping', startedAt: at };

/** What each node says, and is doing. */
let nodes: Map<string, { report: NodeReport; work: NodeWork }>;
/** What agents were told: "stop db-2". */
let told: string[];
/** What the journal was given. */
let journal: [string, Json][];
/** What a node does when it is told something. */
let heeds: (word: 'start' | 'stop', node: string) => void;
beforeEach(() => {
  nodes = new Map();
  told = [];
  journal = [];
  heeds = () => undefined;
  runs(...members);
});

const member = (name: string, of: readonly string[], status: Partial<NodeStatus> = {}): NodeReport =>
  serving(name, { members: [...of], clusterSize: of.length, ...status });
const says = (node: string, report: NodeReport, work = idle): void => void nodes.set(node, { report, work });
/** These are one whole component. */
function runs(...of: string[]): void {
  for (const name of of) says(name, member(name, of));
}

function agentBeside(node: string): GaleraAgent {
  const answer = async (): Promise<GaleraAnswer> => {
    const found = nodes.get(node);
    if (found?.report.kind !== 'seen') throw new BatonError('unavailable', `${node} does not answer`);
    return { evidence: found.report.evidence, work: found.work };
  };
  const take = async (word: 'start' | 'stop'): Promise<NodeWork> => {
    told.push(`${word} ${node}`);
    heeds(word, node);
    return (await answer()).work;
  };
  return fakeAgent({
    evidence: answer,
    position: answer,
    start: async () => await take('start'),
    stop: async () => await take('stop'),
  });
}

function contextOf(act: RoundAct, stoppedBefore: readonly string[] = []): RoundContext {
  const parts = { cluster: { name: 'wiki', members }, agent: agentBeside, now: () => Date.parse(at) };
  const records = new PositionRecords(new FakeStore().memory, 'wiki', parts.now);
  return {
    round: { cluster: 'wiki', act, order: ['db-3', 'db-2', 'db-1'], uuid: historyA },
    parts,
    look: lookOf(parts, records),
    records,
    stoppedAt: null,
    stopped: new Set(stoppedBefore),
    failed: new Map(),
  };
}

/** Of an operation that is taken up again. */
const act: Act = {
  operation: { id: 'op1', startedAt: at, takenUp: true, pointOfNoReturnPassed: false },
  ending: null,
  deadline: deadlineIn(0),
  signal: new AbortController().signal,
  waitsFor: () => undefined,
  statement: () => undefined,
  log: () => undefined,
  record: (name, value) => Promise.resolve(void journal.push([name, value])),
  remember: (name, value) => void journal.push([name, value]),
  prepareNext: () => undefined,
  stillOurs: () => Promise.resolve(true),
  followUp: () => undefined,
  writeOutage: () => undefined,
};
const BRIEF_MS = 300;
const LONG_MS = 20_000;

function stepOf(context: RoundContext, id: string): Step<RoundContext> {
  const step = roundSteps(context.round).find((one) => one.id === id);
  if (!step) throw new Error(`there is no step ${id}`);
  return step;
}
const within = (patienceMs: number): Act => ({ ...act, deadline: deadlineIn(patienceMs) });
const run = async (context: RoundContext, id: string, patienceMs = LONG_MS) =>
  await stepOf(context, id).run(context, within(patienceMs));
const undo = async (context: RoundContext, id: string) => await stepOf(context, id).undo?.(context, within(LONG_MS));

test('a round that is taken up takes no second node down: where another has left meanwhile, none is told to stop', async () => {
  runs('db-2', 'db-3');
  says('db-1', stopped('db-1', 11_730));
  for (const known of [[], ['db-2']])
    expect(await run(contextOf('restart', known), 'stop-db-2', BRIEF_MS)).toMatchObject({
      kind: 'failed',
      error: 'db-1 does not answer: db-2 is not stopped',
    });
  expect(await run(contextOf('restart'), 'look')).toEqual({
    kind: 'refused',
    error: 'db-1 does not run.',
  });
  expect(told).toEqual([]);
});

test('a stop that is under way when it is taken up is waited for, not told again, and the others are seen to behind it', async () => {
  const leaves = member('db-2', members, { clusterStatus: 'disconnected' });
  const ends = (): void => void setTimeout(() => says('db-2', stopped('db-2', 11_730)), 50);
  says('db-2', leaves, stopping);
  runs('db-1', 'db-3');
  ends();
  expect(await run(contextOf('restart', ['db-2']), 'stop-db-2')).toMatchObject({ kind: 'done' });
  says('db-2', leaves, stopping);
  says('db-3', stopped('db-3', 11_730));
  ends();
  expect(await run(contextOf('restart', ['db-2']), 'stop-db-2', 1_000)).toMatchObject({
    kind: 'failed',
    error: 'db-2 is down, and of the others db-3 does not answer',
  });
  expect(told).toEqual([]);
});

test('the word is in the journal before it goes out, and taken back where the agent refuses it', async () => {
  heeds = () => {
    expect(journal).toEqual([['stopped-db-3', true]]);
    runs('db-1', 'db-2');
    says('db-3', stopped('db-3', 11_730));
  };
  expect(await run(contextOf('stop'), 'stop-db-3')).toMatchObject({ kind: 'done' });
  expect(told).toEqual(['stop db-3']);
  heeds = () => {
    throw new BatonError('refused', 'its manager does not let it');
  };
  const context = contextOf('stop');
  expect(await run(context, 'stop-db-2')).toMatchObject({ kind: 'failed', nothingHappened: true });
  expect([journal.at(-1), context.stopped.size]).toEqual([['stopped-db-2', false], 0]);
});

test('an undo starts what this round has stopped, and no node that was down already or by somebody else’s hand', async () => {
  runs('db-1', 'db-2');
  says('db-3', stopped('db-3', 11_730));
  heeds = () => runs(...members);
  const context = contextOf('stop');
  expect(await run(context, 'stop-db-3')).toMatchObject({ kind: 'skipped' });
  expect(await undo(context, 'stop-db-3')).toEqual({ kind: 'nothing' });
  expect(told).toEqual([]);
  expect(await undo(contextOf('stop', ['db-3']), 'stop-db-3')).toMatchObject({ kind: 'undone' });
  expect(told).toEqual(['start db-3']);
});

test('an undo starts no node that would lose to a full copy what only it has, and leaves it to a person', async () => {
  runs('db-1', 'db-2');
  says('db-3', stopped('db-3', 11_735));
  expect(await undo(contextOf('stop', ['db-3']), 'stop-db-3')).toMatchObject({
    kind: 'given-up',
    note: expect.stringContaining('erases transactions 11731 to 11735'),
    followUps: [{ command: 'baton galera start wiki/db-3' }],
  });
  expect(told).toEqual([]);
});

test('a node that is back is no undo’s to start, and one whose start has failed is in the journal as that', async () => {
  const context = contextOf('restart', ['db-3']);
  expect(await run(context, 'start-db-3')).toMatchObject({ kind: 'done' });
  expect([...context.stopped]).toEqual([]);
  const ended = { ...stopping, kind: 'starting' as const, endedAt: at, error: 'it ended with code 1' };
  runs('db-1', 'db-2');
  says('db-3', stopped('db-3', 11_730), ended);
  expect(await run(contextOf('restart', ['db-3']), 'start-db-3')).toMatchObject({ kind: 'failed' });
  expect(journal).toEqual([
    ['stopped-db-3', false],
    ['failed-db-3', expect.stringContaining('it ended with code 1')],
  ]);
});

test('what an undo has given up it does not try again when it is taken up, and says why as before', async () => {
  runs('db-1', 'db-2');
  says('db-3', stopped('db-3', 11_730));
  const ended = { ...stopping, kind: 'starting' as const, endedAt: at, error: 'it ended with code 1' };
  heeds = () => says('db-3', stopped('db-3', 11_730), ended);
  const context = contextOf('stop', ['db-3']);
  const first = await undo(context, 'stop-db-3');
  expect(first).toMatchObject({ kind: 'given-up', note: expect.stringContaining('it ended with code 1') });
  expect(journal.at(-1)).toEqual(['failed-db-3', expect.stringContaining('it ended with code 1')]);
  expect(await undo(context, 'stop-db-3')).toEqual(first);
  expect(told).toEqual(['start db-3']);
});
