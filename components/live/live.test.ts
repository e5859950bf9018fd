import { describe, expect, test } from 'vitest';
import { aCluster, aConnection, aServer } from '../status/example.ts';
import { makeConsoleClock } from './clock.ts';
import { afterMessage, firstState, silenceLimitMs } from './live-state.ts';
import { addSamples } from './samples.ts';

const at = (seconds: number): string => new Date(1_800_000_000_000 + seconds * 1000).toISOString();

describe('the console’s clock in a browser', () => {
  test('trusts the message with the least delay', () => {
    const clock = makeConsoleClock(1000, 0);
    clock.heard(2000, 1400);
    clock.heard(3000, 1950);
    expect(clock.now(2000)).toBe(3050);
  });
  test('follows after the computer has slept and the steady clock with it', () => {
    const clock = makeConsoleClock(1000, 0);
    clock.heard(3_601_000, 500);
    expect(clock.now(500)).toBe(3_601_000);
  });
  test('what has no time does not turn it', () => {
    const clock = makeConsoleClock(1000, 0);
    clock.heard(Number.NaN, 1);
    expect(clock.now(1)).toBe(1001);
  });
});

describe('what a page knows', () => {
  const first = firstState([aCluster({ name: 'a', observedAt: at(0) }), aCluster({ name: 'b', observedAt: at(0) })], 0);

  test('a snapshot takes its cluster’s place and leaves the order', () => {
    const next = afterMessage(first, {
      kind: 'snapshot',
      value: aCluster({ name: 'a', observedAt: at(1), health: 'warning' }),
      heardMs: 1,
    });
    expect(next.clusters.map((cluster) => [cluster.name, cluster.health])).toEqual([
      ['a', 'warning'],
      ['b', 'ok'],
    ]);
  });
  test('an older snapshot does not replace a newer one', () => {
    const next = afterMessage(first, {
      kind: 'snapshot',
      value: aCluster({ name: 'a', observedAt: at(-1), health: 'critical' }),
      heardMs: 1,
    });
    expect(next.clusters[0]?.health).toBe('ok');
  });
  test('a cluster that is new is added at the end', () => {
    const next = afterMessage(first, { kind: 'snapshot', value: aCluster({ name: 'c' }), heardMs: 1 });
    expect(next.clusters.map((cluster) => cluster.name)).toEqual(['a', 'b', 'c']);
  });
  test('an audit entry that comes twice is there once', () => {
    const entry = {
      id: 1,
      at: at(0),
      actor: 'ana',
      from: '::1',
      action: 'sign-in',
      cluster: null,
      object: null,
      result: 'ok',
      operationId: null,
    };
    const once = afterMessage(first, { kind: 'audit', value: entry, heardMs: 1 });
    expect(afterMessage(once, { kind: 'audit', value: entry, heardMs: 2 }).audit).toHaveLength(1);
  });
  test('silence is a loss after 4 s, later where polls are slower, never where nothing is watched', () => {
    expect(silenceLimitMs([aCluster({ pollSeconds: 1 })])).toBe(4000);
    expect(silenceLimitMs([aCluster({ pollSeconds: 10 })])).toBe(31_000);
    expect(silenceLimitMs([])).toBeNull();
  });
});

const seen = (seconds: number, change: Parameters<typeof aConnection>[0]) =>
  aCluster({ observedAt: at(seconds), servers: [aServer({ name: 'db-2', replication: [aConnection(change)] })] });

describe('trends', () => {
  test('a replica that stopped replicating leaves a gap, not a zero', () => {
    const samples = addSamples(
      addSamples({}, seen(0, { lagSeconds: 0.3 })),
      seen(1, { sqlThread: 'stopped', lagSeconds: 0 }),
    );
    expect(samples['erp5/db-2']?.map((sample) => sample.lag)).toEqual([0.3, null]);
  });
  test('keep five minutes and take each snapshot once', () => {
    let samples = addSamples({}, seen(0, {}));
    samples = addSamples(samples, seen(0, {}));
    samples = addSamples(samples, seen(400, {}));
    expect(samples['erp5/db-2']).toHaveLength(1);
  });
});
