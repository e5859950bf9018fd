import { expect, test } from 'vitest';
import type { Operation } from '../../contract/operation.ts';
import type { Entry, EntryKind } from '../../operations/journal.ts';
import { firstView } from '../../operations/first-view.ts';
import type { Json } from '../../operations/step.ts';
import { FakeStore } from '../../operations/testing/fake-store.ts';
import { PositionRecords } from '../recovery/records.ts';
import { historyA, now } from '../testing/example-evidence.ts';
import { roundSteps } from './program.ts';
import { resumption } from './resume.ts';
import type { Round, RoundContext } from './task.ts';

const round: Round = { cluster: 'wiki', act: 'stop', order: ['db-3', 'db-2', 'db-1'], uuid: historyA };
const heading = { kind: 'galera-stop', cluster: 'wiki', target: 'db-1', title: 'a stop', actor: 'ana', dryRun: false };
const view: Operation = firstView(heading, roundSteps(round), 'op1', now);

const entry = (step: string, kind: EntryKind, data: Json = null): Entry => ({ at: now, step, kind, data });
const begun = [entry('look', 'intent'), entry('look', 'result', { state: 'done' }), entry('stop-db-3', 'intent')];
const lastBegun = [...begun, entry('stop-db-1', 'intent', { ahead: [] })];
const record = (name: string, value: Json): Entry => entry('stop-db-3', 'record', { name, value });

/** What is decided, with the context of the steps as they would find it. */
function resumed(entries: readonly Entry[]) {
  const row = { plan: JSON.stringify(round), view: JSON.stringify(view) };
  return resumption(contextOf, row, entries);
}
const contextOf = (of: Round): RoundContext => ({
  round: of,
  parts: { cluster: { name: 'wiki', members: of.order }, agent: () => null, now: () => now },
  look: () => Promise.reject(new Error('nothing is looked at')),
  records: new PositionRecords(new FakeStore().memory, 'wiki', () => now),
  stoppedAt: null,
  stopped: new Set(),
  failed: new Map(),
});

test('a round that a console left in the middle goes on, and knows which nodes it has told to stop', () => {
  const { decision, text, program } = resumed([...begun, record('stopped-db-3', true)]);
  expect([decision, text]).toEqual([
    'go-on',
    'The console ended during stop db-3: it goes on, and looks before each step.',
  ]);
  expect([...program.context.stopped]).toEqual(['db-3']);
  const back = resumed([...begun, record('stopped-db-3', true), record('stopped-db-3', false)]);
  expect([...back.program.context.stopped]).toEqual([]);
  const failed = record('failed-db-3', 'it ended with code 1');
  expect([...resumed([...begun, failed]).program.context.failed]).toEqual([['db-3', 'it ended with code 1']]);
});

test.each(['result', 'undo-intent'] as const)('one that was about to go back, by its %s, goes no further', (kind) => {
  const last = entry('stop-db-3', kind, kind === 'result' ? { state: 'failed' } : null);
  expect(resumed([...begun, last])).toMatchObject({
    decision: 'undo',
    text: expect.stringContaining('what was stopped is started again'),
  });
});

test('one that was asked to stop between two steps goes no further', () => {
  const asked = entry('', 'note', { cancel: 'bo' });
  expect(resumed([...begun, record('stopped-db-3', true), asked]).decision).toBe('undo');
  expect(resumed([...lastBegun, asked]).decision).toBe('go-on');
});

test('behind the point of no return a failure has no way back, but where nothing had happened', () => {
  expect(resumed([...lastBegun, entry('stop-db-1', 'result', { state: 'failed', withdrawn: false })]).decision).toBe(
    'go-on',
  );
  expect(resumed([...lastBegun, entry('stop-db-1', 'result', { state: 'failed', withdrawn: true })]).decision).toBe(
    'undo',
  );
});
