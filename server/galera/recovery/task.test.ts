import { expect, test } from 'vitest';
import type { NodeReport } from '../../contract/galera.ts';
import { crashed, decideOn, historyB, none, seen, serving, stopped } from '../testing/example-evidence.ts';
import { recoverySteps } from './program.ts';
import { taskOf } from './task.ts';

const partsOf = (reports: readonly NodeReport[], node: string): string[] =>
  taskOf('wiki', decideOn(reports), reports, node).members.map(({ name, part }) => `${name} ${part}`);

test('who is behind joins, who is ahead stays down with its data', () => {
  const reports = [crashed('db-1', 12), crashed('db-2', 11), crashed('db-3', 13)];
  expect(partsOf(reports, 'db-3')).toEqual(['db-1 join', 'db-2 join', 'db-3 begin']);
  expect(partsOf(reports, 'db-1')).toEqual(['db-1 begin', 'db-2 join', 'db-3 keep']);
});

test('a node of another history, or of which nobody knows what it holds, is kept as well', () => {
  const failed = { recovered: { kind: 'failed' as const, reason: 'it told no position' } };
  const reports = [crashed('db-1', 12), crashed('db-2', 11, { uuid: historyB }), crashed('db-3', -1, failed)];
  expect(partsOf(reports, 'db-1')).toEqual(['db-1 begin', 'db-2 keep', 'db-3 keep']);
});

test('a node that is kept down begins no cluster, is not called to start, and is kept again', () => {
  const kept = crashed('db-3', 13, { kept: true });
  const reports = [crashed('db-1', 12), crashed('db-2', 11), kept];
  expect(decideOn(reports)).toMatchObject({ verdict: 'human', recommended: 'db-1' });
  expect(partsOf(reports, 'db-1')).toEqual(['db-1 begin', 'db-2 join', 'db-3 keep']);
  expect(decideOn([serving('db-1'), kept])).toMatchObject({ situation: 'running', act: 'none', start: [] });
});

test('a node in the middle of a state transfer, and a new one, take a full copy', () => {
  const unnamed = { grastate: { kind: 'read' as const, raw: '', uuid: none, seqno: '-1', safeToBootstrap: false } };
  const half = seen('db-2', { ...unnamed, recovered: { kind: 'not-run', reason: 'a state transfer' } });
  const empty = seen('db-3', { hasData: false, grastate: { kind: 'missing' } });
  expect(partsOf([crashed('db-1', 12), half, empty], 'db-1')).toEqual(['db-1 begin', 'db-2 copy', 'db-3 copy']);
});

test('nothing is started before the bootstrap, nobody joins before the history is proven, and one bootstrap is all', () => {
  const reports = [stopped('db-1', 8), stopped('db-2', 10), stopped('db-3', 12, 1)];
  const steps = recoverySteps(taskOf('wiki', decideOn(reports), reports, 'db-3'));
  const ids = steps.map(({ id }) => id);
  expect(ids.filter((id) => id === 'bootstrap')).toHaveLength(1);
  expect(steps.find(({ id }) => id === 'bootstrap')).toMatchObject({ pointOfNoReturn: true, essential: true });
  expect(ids.indexOf('history')).toBeLessThan(ids.findIndex((id) => id.startsWith('join-')));
  expect(ids.slice(0, 3)).toEqual(['evidence', 'switches', 'flag']);
});
