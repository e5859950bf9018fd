import { expect, test } from 'vitest';
import { drawRound } from './draw-round.ts';

const rounds = Array.from({ length: 500 }, (_, seed) => drawRound(seed));

test('a seed always gives the same round, and another seed another one', () => {
  expect(rounds.map(({ seed }) => drawRound(seed))).toEqual(rounds);
  expect(new Set(rounds.map((round) => JSON.stringify({ ...round, seed: 0 }))).size).toBeGreaterThan(450);
});

test('every kind of takeover and every kind of fault is drawn within 500 rounds', () => {
  expect(new Set(rounds.map(({ kind }) => kind))).toEqual(new Set(['switchover', 'failover', 'detach']));
  const kinds = rounds.flatMap(({ faults }) => faults.map(({ fault }) => fault.kind));
  expect([...new Set(kinds)].toSorted()).toEqual([
    'agent',
    'break-replica',
    'cancel',
    'delay-replica',
    'freeze',
    'freeze-console',
    'full-connections',
    'kill',
    'kill-console',
    'link',
    'long-transaction',
    'read-lock',
    'stop-replica',
    'super-writer',
    'table-lock',
    'wrong-password',
  ]);
});

test('what happens to the console happens while it acts', () => {
  const console = rounds
    .flatMap(({ faults }) => faults)
    .filter(({ fault }) => fault.kind.endsWith('-console') || fault.kind === 'cancel');
  expect(console.filter(({ at }) => at.kind === 'before')).toEqual([]);
});
