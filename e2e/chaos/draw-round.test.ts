import { expect, test } from 'vitest';
import { drawRound } from './draw-round.ts';

const rounds = Array.from({ length: 500 }, (_, seed) => drawRound(seed));

test('a seed always gives the same round, and another seed another one', () => {
  expect(rounds.map(({ seed }) => drawRound(seed))).toEqual(rounds);
  expect(new Set(rounds.map((round) => JSON.stringify({ ...round, seed: 0 }))).size).toBeGreaterThan(450);
});

test('every kind of takeover and every kind of fault is drawn within 500 rounds', () => {
  expect(new Set(rounds.map(({ kind }) => kind))).toEqual(new Set(['switchover', 'failover', 'detach', 'rejoin']));
  const kinds = rounds.flatMap(({ faults }) => faults.map(({ fault }) => fault.kind));
  expect([...new Set(kinds)].toSorted()).toEqual([
    'agent',
    'break-replica',
    'cancel',
    'delay-replica',
    'disk-full',
    'errant',
    'freeze',
    'freeze-console',
    'full-connections',
    'kill',
    'kill-console',
    'link',
    'long-transaction',
    'privileged-writer',
    'read-lock',
    'stop-replica',
    'table-lock',
    'wrong-password',
  ]);
});

test('every two who talk to each other are disturbed, at every kind of moment, with every kind of clicks', () => {
  const faults = rounds.flatMap((round) => round.faults);
  const links = faults.flatMap(({ fault }) => (fault.kind === 'link' ? [`${fault.to} ${fault.how}`] : []));
  expect(new Set(links).size).toBe(12);
  expect(new Set(faults.map(({ at }) => at.kind))).toEqual(new Set(['before', 'after', 'statement', 'step']));
  expect(new Set(rounds.map(({ clicks }) => clicks)).size).toBe(4);
});

test('what happens to the console happens while it acts', () => {
  const console = rounds
    .flatMap(({ faults }) => faults)
    .filter(({ fault }) => fault.kind.endsWith('-console') || fault.kind === 'cancel');
  expect(console.filter(({ at }) => at.kind === 'before')).toEqual([]);
});
