import { afterEach, describe, expect, test } from 'vitest';
import { until } from '../sandbox/until.ts';
import { exampleFacts } from './testing/example-cluster.ts';
import type { Observation } from './observation.ts';
import { settled } from './observe.ts';
import { createPoller, type Poller } from './poller.ts';
import type { SlowFacts } from '../mariadb/slow-facts.ts';

/** A server whose answers come when the test says so. */
class FakeServer {
  readonly asked: { readonly slow: SlowFacts | undefined; readonly answer: (observation: Observation) => void }[] = [];
  readonly landed: Observation[] = [];
  now = 1_000_000;
  atOnce = 0;
  mostAtOnce = 0;
  readonly poller: Poller;

  constructor(everyMs: number) {
    this.poller = createPoller({
      everyMs,
      now: () => this.now,
      look: async (slow) => {
        this.mostAtOnce = Math.max(this.mostAtOnce, (this.atOnce += 1));
        const observation = await new Promise<Observation>((answer) => this.asked.push({ slow, answer }));
        this.atOnce -= 1;
        return observation;
      },
      onLanded: (observation) => this.landed.push(observation),
    });
    servers.push(this);
  }

  async askedTimes(count: number): Promise<void> {
    await until(() => this.asked.length === count, { what: `look number ${count}`, timeoutMs: 2000 });
  }

  answer(observation: Observation = this.up()): void {
    this.asked.at(-1)?.answer(observation);
  }

  up(replicasConnected = 0): Observation {
    return { kind: 'up', at: this.now, roundTripMs: 1, facts: exampleFacts(1, { replicasConnected }) };
  }

  gone(reason: 'hung' | 'timeout' | 'refused'): Observation {
    return { kind: 'unreachable', at: this.now, reason, detail: reason };
  }
}

const servers: FakeServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.poller.stop();
});

test('nobody is polled twice at once, however slow, and whoever asks meanwhile', async () => {
  const server = new FakeServer(5);
  server.poller.start();
  await server.askedTimes(1);
  const looks = [server.poller.lookNow(), server.poller.lookNow()];
  server.answer();
  await server.askedTimes(2);
  server.answer();
  await Promise.all(looks);
  await server.askedTimes(3);
  expect(server.mostAtOnce).toBe(1);
});

describe('a look that somebody asked for', () => {
  test('is another one than that under way, which began before', async () => {
    const server = new FakeServer(10_000);
    server.poller.start();
    await server.askedTimes(1);
    let done = false;
    const look = server.poller.lookNow().then(() => (done = true));
    server.answer();
    await server.askedTimes(2);
    expect(done).toBe(false);
    server.answer();
    await look;
    expect(server.landed).toHaveLength(2);
  });

  test('is content with one under way that fails: that tells of now, and a hung server costs one deadline, not two', async () => {
    const server = new FakeServer(10_000);
    server.poller.start();
    await server.askedTimes(1);
    const look = server.poller.lookNow();
    server.answer(server.gone('hung'));
    await look;
    expect(server.asked).toHaveLength(1);
  });

  test('reads all, what changes seldom too', async () => {
    const server = new FakeServer(10_000);
    server.poller.start();
    await server.askedTimes(1);
    server.answer();
    const look = server.poller.lookNow();
    await server.askedTimes(2);
    expect(server.asked[1]?.slow).toBeUndefined();
    server.answer();
    await look;
  });
});

describe('what changes seldom', () => {
  test('is read again after 15 s, and when a replica has come or gone', async () => {
    const server = new FakeServer(2);
    server.poller.start();
    const known: boolean[] = [];
    const round = async (observation: Observation, afterMs: number): Promise<void> => {
      await server.askedTimes(known.length + 1);
      known.push(server.asked.at(-1)?.slow !== undefined);
      server.now += afterMs;
      server.answer(observation);
      await until(() => server.landed.length === known.length, { what: 'it landed' });
    };
    await round(server.up(), 1000);
    await round(server.up(), 13_900);
    await round(server.up(), 200);
    await round(server.up(), 1000);
    await round(server.up(), 1000);
    await round(server.up(1), 1000);
    await round(server.up(1), 1000);
    await round(server.up(1), 1000);
    expect(known).toEqual([false, true, true, false, true, true, false, true]);
  });
});

test('after stop nothing lands any more', async () => {
  const server = new FakeServer(1);
  server.poller.start();
  await server.askedTimes(1);
  server.poller.stop();
  server.answer();
  await until(() => server.atOnce === 0, { what: 'the look ended' });
  expect(server.landed).toEqual([]);
});

test('a frozen server whose queue is full is still hung; one that was not is out of reach', () => {
  const at = 1;
  const hung: Observation = {
    kind: 'unreachable',
    at,
    reason: 'hung',
    detail: 'takes connections and does not answer',
  };
  const silent: Observation = { kind: 'unreachable', at: 2, reason: 'timeout', detail: 'no answer' };
  expect(settled(hung, silent)).toEqual({ ...hung, at: 2 });
  expect(settled(null, silent)).toEqual(silent);
  expect(settled(hung, { ...silent, reason: 'refused' })).toMatchObject({ reason: 'refused' });
});
