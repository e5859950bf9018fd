import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { tableLock } from '../sandbox/faults.ts';
import { until } from '../sandbox/until.ts';
import { startBaton, type BatonPlan, type TestBaton } from './testing/baton.ts';
import { FaultyConsole } from './testing/faulty-console.ts';
import { pauseConsole } from './testing/kill-console.ts';
import { touched } from './testing/server-state.ts';
import { expectWhole, Stage } from './testing/stage.ts';
import { takeUp } from './testing/take-up.ts';

let stage: Stage;
const open: TestBaton[] = [];
beforeAll(async () => void (stage = await Stage.open()));
afterEach(async () => {
  for (const baton of open.splice(0)) await baton.stop();
});
afterAll(async () => await stage[Symbol.asyncDispose]());

async function console(plan: BatonPlan = stage.plan): Promise<FaultyConsole> {
  const started = await FaultyConsole.start(plan);
  open.push(started.baton);
  return started;
}

/** A store of its own: this console and the others know nothing of each other. */
async function elsewhere(name: string): Promise<BatonPlan> {
  const dir = join(stage.cluster.dir, name);
  await mkdir(dir, { recursive: true });
  return { ...stage.plan, dir };
}

const request = (planId: string) => ({ planId, accept: [], dryRun: false, actor: 'ana' });
const touchedAll = async (): Promise<string[]> =>
  await Promise.all(
    stage.cluster.servers.map(async (server) => (await touched(server)).replace(/"slave":"[^"]*"/, '')),
  );

test('on one store the second console answers the running operation, or names it; it is cancelled where it runs', async () => {
  const [first, second] = [(await console()).baton, (await console()).baton];
  const plans = await Promise.all(['db-2', 'db-3'].map(async (target) => await second.takeovers.plan({ target })));
  const [same, other] = plans.map(({ id }) => request(id));
  const lock = await tableLock(stage.server('db-2'));
  try {
    const writes = stage.load();
    await writes.flowing();
    const id = await first.begin('db-2');
    await until(() => first.operations.running('erp5')?.steps.some(({ waitsFor }) => waitsFor !== null) === true, {
      what: 'it waits',
    });
    if (!same || !other) throw new Error('no plans');
    expect(await second.takeovers.start(same)).toEqual({ operationId: id });
    await expect(second.takeovers.start(other)).rejects.toMatchObject({
      code: 'already-running',
      details: { operationId: id },
    });
    await expect(
      second.rejoins.start({ server: 'db-2', dryRun: false, setAside: false, actor: 'bo' }),
    ).rejects.toMatchObject({
      code: 'already-running',
    });
    await expect(second.operations.cancel(id, 'bo')).rejects.toMatchObject({ code: 'refused' });
    expect(await second.takeovers.resume(id, { waits: false })).toEqual([]);
    await first.operations.cancel(id, 'bo');
    expect((await first.operations.ended(id)).outcome).toBe('cancelled-restored');
    await lock.release();
    await writes.flowing();
    await expectWhole(stage, (await writes.stop()).acknowledged);
  } finally {
    await lock.release();
  }
});

test('with separate stores the lock on the servers stops the second console, which names who holds it and changes nothing', async () => {
  const [first, second] = [(await console(await elsewhere('one'))).baton, await console(await elsewhere('two'))];
  const lock = await tableLock(stage.server('db-2'));
  const writes = stage.load();
  await writes.flowing();
  let before: string[] = [];
  let id = '';
  // Both have looked before either has a lock: only the lock itself is left to stop the second.
  second.set({
    enter: async (step) => {
      if (step !== 'lock') return;
      id = await first.begin('db-2');
      await until(
        () => first.operations.running('erp5')?.steps.some((one) => one.id === 'catch-up' && one.waitsFor) === true,
        { what: 'the first one holds the locks and waits' },
      );
      before = await touchedAll();
    },
  });
  const view = await second.baton.promote('db-3');
  expect(view.outcome).toBe('refused');
  expect(view.summary).toMatch(/another takeover holds the lock on db-1: baton_operate from .*Nothing was changed/);
  expect(await touchedAll()).toEqual(before);
  // Who looks now is told by the checks.
  const { id: planId } = await second.baton.takeovers.plan({ target: 'db-3' });
  await expect(second.baton.takeovers.start(request(planId))).rejects.toMatchObject({ code: 'refused' });
  await lock.release();
  expect((await first.operations.ended(id)).outcome).toBe('succeeded');
  stage.primary = 'db-2';
  await writes.flowing();
  const { acknowledged, overlaps } = await writes.stop();
  expect(overlaps).toEqual([]);
  await expectWhole(stage, acknowledged);
});

describe('a console that stood still in the middle of a switchover, and wakes up,', () => {
  test.each([
    { step: 'freeze', moment: 'during' },
    { step: 'open', moment: 'before' },
    { step: 're-point-old', moment: 'during' },
  ] as const)('does nothing more once another one has ended it: $moment $step', async (at) => {
    const writes = stage.load();
    await writes.flowing();
    const target = stage.replicas[0] ?? '';
    const paused = await pauseConsole({ baton: stage.plan, kind: 'switchover', target, accept: [], at });
    const { view, baton } = await takeUp(stage.plan);
    open.push(baton);
    const finished = at.step !== 'freeze';
    expect(view.outcome).toMatch(finished ? /^succeeded/ : /^failed-restored$/);
    if (finished) stage.primary = target;
    await writes.flowing();
    const before = await touchedAll();
    await paused.wake();
    expect(await touchedAll()).toEqual(before);
    expect(await baton.operations.get(view.id)).toEqual(view);
    await writes.flowing();
    const { acknowledged, overlaps } = await writes.stop();
    expect(overlaps).toEqual([]);
    await expectWhole(stage, acknowledged);
  });

  test('with its locks gone and nobody in its place, comes to an end of its own', async () => {
    const writes = stage.load();
    await writes.flowing();
    const target = stage.replicas[0] ?? '';
    const at = { step: 'drain', moment: 'before' } as const;
    const paused = await pauseConsole({ baton: stage.plan, kind: 'switchover', target, accept: [], at });
    // Longer than anything that is held for it: its lease, its locks, the read lock.
    await delay(12_000);
    await paused.wake();
    const baton = await startBaton(stage.plan);
    open.push(baton);
    const [view] = await baton.operations.list({ limit: 1 });
    expect(view?.outcome).toBe('failed-restored');
    await writes.flowing();
    const { acknowledged, overlaps } = await writes.stop();
    expect(overlaps).toEqual([]);
    await expectWhole(stage, acknowledged);
  });
});
