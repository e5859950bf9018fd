import { describe, expect, test } from 'vitest';
import type { Operation, OperationStep } from '../../server/contract/operation.ts';
import { makeConsoleClock } from '../live/clock.ts';
import { makeLiveStore } from '../live/live-store.ts';
import { announcement } from './announcement.ts';
import { followUpLabel, followUpPath } from './follow-up-label.ts';
import { nextStep } from './next-step.ts';
import { standing } from './outcome-words.ts';
import { operationReport } from './report.ts';
import { stepMs } from './step-time.ts';
import { takeAnswer } from './take-answer.ts';

const at = (ms: number): string => new Date(1_800_000_000_000 + ms).toISOString();
const aStep = (change: Partial<OperationStep> = {}): OperationStep => ({
  id: 'lock',
  name: 'lock',
  server: 'db-1',
  state: 'done',
  pointOfNoReturn: false,
  startedAt: at(0),
  endedAt: at(41),
  waitsFor: null,
  note: null,
  statements: [],
  log: null,
  error: null,
  ...change,
});
const anOperation = (change: Partial<Operation> = {}): Operation => ({
  id: 'x',
  kind: 'switchover',
  cluster: 'erp5',
  target: 'db-2',
  title: 'Switchover of erp5 to db-2',
  actor: 'ana',
  dryRun: false,
  startedAt: at(0),
  endedAt: null,
  outcome: null,
  summary: null,
  pointOfNoReturnPassed: false,
  cancelRequested: false,
  writeOutageMs: null,
  interruptions: [],
  steps: [aStep()],
  followUps: [],
  ...change,
});

describe('how an operation stands', () => {
  test('without an end it runs, whatever its steps say', () => expect(standing(anOperation()).text).toBe('running'));
  test('an unknown outcome is neither success nor failure', () => {
    expect(standing(anOperation({ outcome: 'unknown' })).text).toBe('outcome unknown, still checking');
  });
});

test('an answer that comes after the end was told does not make the operation run again', () => {
  const store = makeLiveStore([], makeConsoleClock(0, 0), 0);
  takeAnswer(store, anOperation({ cancelRequested: true }));
  expect(store.state().operations['x']?.cancelRequested).toBe(true);
  store.send({ kind: 'operation', value: anOperation({ outcome: 'cancelled-restored' }), heardMs: 1 });
  takeAnswer(store, anOperation({ cancelRequested: true }));
  expect(store.state().operations['x']?.outcome).toBe('cancelled-restored');
});

describe('the next step', () => {
  test('of a takeover that did not happen is its review, of the same kind', () => {
    for (const outcome of ['refused', 'cancelled-restored', 'failed-restored'] as const)
      expect(nextStep(anOperation({ outcome }))).toEqual({
        text: 'Review again',
        path: '/clusters/erp5/takeover/db-2?kind=switchover',
      });
    expect(nextStep(anOperation({ outcome: 'succeeded', dryRun: true }))?.text).toBe('Review it, and do it');
  });
  test('is none while it runs, when it has happened, and where hands are needed first', () => {
    for (const outcome of [null, 'succeeded', 'succeeded-with-follow-ups', 'failed-needs-hands', 'unknown'] as const)
      expect(nextStep(anOperation({ outcome }))).toBeNull();
  });
});

describe('the time of a step', () => {
  test('ticks while it runs and stands still when it has ended', () => {
    expect(stepMs(aStep(), 9e15)).toBe(41);
    expect(stepMs(aStep({ state: 'running', endedAt: null }), 1_800_000_001_200)).toBe(1200);
  });
  test('is none before it begins', () =>
    expect(stepMs(aStep({ state: 'pending', startedAt: null, endedAt: null }), 0)).toBeNull());
});

describe('the report', () => {
  const text = operationReport(
    anOperation({
      endedAt: at(2000),
      outcome: 'succeeded-with-follow-ups',
      summary: 'db-2 is primary.',
      writeOutageMs: 41,
      pointOfNoReturnPassed: true,
      steps: [aStep(), aStep({ name: 'open', pointOfNoReturn: true, note: 'a | b\nc' })],
      followUps: [{ text: 'Rejoin db-1.', method: 'POST', path: '/x', body: null, command: 'baton rejoin erp5/db-1' }],
      cancelRequested: true,
      cancelAsked: { at: at(0), by: 'bo' },
      interruptions: [{ at: at(500), text: 'The console was started again.' }],
    }),
    'https://console.example.com/operations/x',
  );
  test('says what, who, when in UTC, and what is left to do', () => {
    expect(text).toContain('# Switchover of erp5 to db-2\n\ndb-2 is primary.');
    expect(text).toContain('- By: ana');
    expect(text).toMatch(/- Started: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/);
    expect(text).toContain('- Rejoin db-1. `baton rejoin erp5/db-1`');
    expect(text).toContain('The console was started again.');
    expect(text).toMatch(/- Cancel asked: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC by bo/);
  });
  test('draws the point of no return before its step, and keeps the table whole', () => {
    expect(text).toContain('| **point of no return** | | | | |\n| open | db-1 | done | 41 ms | a \\| b c |');
  });
});

describe('a follow-up', () => {
  test('has a button that names what it does to which server', () => {
    expect(followUpLabel({ method: 'POST', path: '/api/v1/clusters/erp5/servers/db-1/rejoin' })).toBe('Rejoin db-1');
    expect(followUpLabel({ method: 'GET', path: '/clusters/erp5/servers/db-1/extra-transactions?format=sql' })).toBe(
      'Download',
    );
    expect(followUpLabel({ method: null, path: null })).toBeNull();
  });
  test('asks nothing but this console', () => {
    expect(followUpPath('/api/v1/clusters/erp5/servers/db-1/rejoin')).toBe('/clusters/erp5/servers/db-1/rejoin');
    expect(followUpPath('https://evil.example/')).toBeNull();
    expect(followUpPath('/clusters/../session')).toBeNull();
  });
});

describe('what a screen reader is told', () => {
  const running = anOperation({
    steps: [aStep(), aStep({ id: 'drain', name: 'drain', server: 'db-2', state: 'running', endedAt: null })],
  });
  test('is the step that changed', () => expect(announcement(running)).toBe('drain on db-2: running'));
  test('is the outcome at the end: the summary is announced where it stands', () => {
    expect(announcement({ ...running, outcome: 'succeeded', summary: 'db-2 is primary.' })).toBe('succeeded');
  });
});
