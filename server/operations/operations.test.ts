import { beforeEach, describe, expect, test } from 'vitest';
import { BatonError } from '../contract/errors.ts';
import type { Operation } from '../contract/operation.ts';
import { entriesOf, recorded } from './journal.ts';
import { Operations } from './operations.ts';
import type { Program } from './program.ts';
import { replayedView } from './replay.ts';
import { done, failed, type Step } from './step.ts';
import { FakeStore } from './testing/fake-store.ts';

/** What the steps did, in order. */
type Log = string[];

let store: FakeStore;
let log: Log;
let published: Operation[];
let operations: Operations;
beforeEach(() => {
  store = new FakeStore();
  log = [];
  published = [];
  operations = newConsole('first console');
});

function newConsole(holder: string): Operations {
  return new Operations({
    journal: store.journal,
    leases: store.leases,
    memory: store.memory,
    now: Date.now,
    newId: () => `op-${store.operations.size + 1}`,
    holder,
    isGone: () => true,
    onOperation: (view) => published.push(view),
  });
}

/** A step that writes what it does into the log. */
function step(id: string, change: Partial<Step<Log>> = {}): Step<Log> {
  return {
    id,
    name: id,
    server: 'db-1',
    deadlineMs: 1_000,
    async run(context) {
      context.push(id);
      return done();
    },
    async undo(context) {
      context.push(`undo ${id}`);
      return { kind: 'undone', note: null };
    },
    ...change,
  };
}

/** An undo that fails once. */
const undoneAtLast = (): NonNullable<Step<Log>['undo']> => {
  let tries = 0;
  return () => {
    tries += 1;
    return tries < 2 ? Promise.reject(new Error('unreachable')) : Promise.resolve({ kind: 'undone', note: null });
  };
};

const fails = (id: string, change: Partial<Step<Log>> = {}): Step<Log> =>
  step(id, { run: async () => failed('it broke'), ...change });

function program(steps: readonly Step<Log>[], change: Partial<Program<Log>> = {}): Program<Log> {
  return {
    steps,
    context: log,
    budgetMs: 5_000,
    undoMs: 1_000,
    summary: (_context, { outcome, failure }) => `${outcome}${failure ? ` at ${failure.step}: ${failure.error}` : ''}`,
    close: async (context) => void context.push('close'),
    ...change,
  };
}

function unwritten(): never {
  throw new BatonError('unavailable', 'The click is not in the audit.');
}

const heading = { kind: 'test', cluster: 'erp5', target: 'db-2', title: 'A test', actor: 'ana', dryRun: false };

async function run(
  steps: readonly Step<Log>[],
  change: { dryRun?: boolean; undoMs?: number } = {},
): Promise<Operation> {
  const { undoMs = 1_000, ...rest } = change;
  const started = await operations.start({ ...heading, ...rest }, '{}', program(steps, { undoMs }));
  return await operations.ended(started.operation?.id ?? '');
}

const statesOf = (view: Operation): string[] => view.steps.map(({ id, state }) => `${id} ${state}`);
const point = (change: Partial<Step<Log>> = {}): Step<Log> =>
  step('open', { pointOfNoReturn: true, essential: true, ...change });

describe('the journal', () => {
  test('has what was known before the first step from its beginning', async () => {
    const known = [{ step: 'a', name: 'connections', value: { 'db-1': [7] } }];
    const seen: unknown[] = [];
    const looks = step('a', { run: async () => (seen.push(recorded(entriesOf(store.rows), 'connections')), done()) });
    const { operation } = await operations.start(heading, '{}', { ...program([looks]), known });
    await operations.ended(operation?.id ?? '');
    expect(seen).toEqual([{ 'db-1': [7] }]);
    expect(store.story[0]).toBe('record a');
  });

  test('says what will be done before it is done, and how it ended after it', async () => {
    const seen: string[][] = [];
    await run([step('a', { run: async () => (seen.push([...store.story]), done()) }), step('b')]);
    expect(seen).toEqual([['intent a']]);
    expect(store.story).toEqual(['intent a', 'result a', 'intent b', 'result b']);
  });

  test('holds the intents of a span in one row, and writes its results with the point of no return', async () => {
    const ahead = { intentAhead: true };
    await run([step('freeze'), step('seal', ahead), step('drain', ahead), point(), step('after')]);
    const [first] = store.rows;
    expect(JSON.parse(first?.data ?? '')).toMatchObject({ data: { ahead: ['seal', 'drain'] } });
    expect(store.story.slice(0, 5)).toEqual([
      'intent freeze',
      '(result freeze)',
      '(result seal)',
      '(result drain)',
      'intent open',
    ]);
  });

  test('has the intent of the point of no return on disk before its act', async () => {
    const seen: string[][] = [];
    await run([
      step('freeze'),
      step('promote', { intentAhead: true, run: async (_context, act) => (act.prepareNext(), done()) }),
      point({ run: async () => (seen.push([...store.story]), done()) }),
    ]);
    expect(seen[0]?.at(-1)).toMatch(/intent open/);
  });

  test('is not waited for by what changes nothing: its rows are on disk with the intent of the first act', async () => {
    const seen: string[][] = [];
    const look = async () => (seen.push([...store.story]), done());
    await run([step('lock', { readsOnly: true, run: look }), step('freeze', { run: look })]);
    expect(seen).toEqual([[], ['intent lock', 'result lock', 'intent freeze']]);
  });

  test('has the intent of the first change from its beginning where all that an undo of that needs is known', async () => {
    const seen: string[][] = [];
    const look = async () => (seen.push([...store.story]), done());
    const steps = [
      step('lock', { readsOnly: true, run: look }),
      step('fence', { run: look }),
      step('drain', { beside: true }),
      step('promote', { intentAhead: true }),
    ];
    const { operation } = await operations.start(heading, '{}', program(steps, { announced: true }));
    await operations.ended(operation?.id ?? '');
    expect(seen).toEqual([
      ['intent fence', 'intent drain'],
      ['intent fence', 'intent drain'],
    ]);
    expect(store.story.filter((row) => row.startsWith('intent'))).toEqual([
      'intent fence',
      'intent drain',
      'intent lock',
    ]);
  });

  test('has it withdrawn where that is not begun, and nothing is undone then', async () => {
    const steps = [fails('lock', { readsOnly: true }), step('fence'), step('drain', { beside: true })];
    const { operation } = await operations.start(heading, '{}', program(steps, { announced: true }));
    const view = await operations.ended(operation?.id ?? '');
    expect(statesOf(view)).toEqual(['lock undone', 'fence not-run', 'drain not-run']);
    expect(store.story).toEqual(expect.arrayContaining(['note fence', 'note drain']));
    expect(store.story).not.toContain('undo-intent fence');
  });

  test('announces nothing of a dry run', async () => {
    const steps = [step('lock', { readsOnly: true }), step('fence')];
    await operations.start({ ...heading, dryRun: true }, '{}', program(steps, { announced: true }));
    expect(store.story).toEqual([]);
  });

  test('has what was not waited for a moment later all the same', async () => {
    const waiting = step('lock', {
      readsOnly: true,
      run: async () => {
        await expect.poll(() => store.story).toEqual(['intent lock']);
        return done();
      },
    });
    expect((await run([waiting])).outcome).toBe('succeeded');
  });

  test('keeps an intent that could not be written from being written later', async () => {
    await run([
      step('a', {
        run: async () => ((store.broken = true), done()),
        undo: async () => ((store.broken = false), { kind: 'nothing' }),
      }),
      point(),
    ]);
    expect(store.story).toContain('undo-result a');
    expect(store.story.filter((row) => row.includes('open'))).toEqual([]);
  });

  test('keeps no step from being undone when it can not be written any more', async () => {
    const view = await run([step('a', { run: async () => ((store.broken = true), done()) }), step('b')]);
    expect(log).toEqual(['undo a', 'close']);
    expect(view).toMatchObject({ outcome: 'failed-restored', summary: 'failed-restored at b: The disk is full.' });
  });

  test('refuses to begin where it can not be written', async () => {
    store.broken = true;
    await expect(operations.start(heading, '{}', program([step('a')]))).rejects.toMatchObject({ code: 'unavailable' });
    expect(log).toEqual([]);
  });
});

describe('before the point of no return', () => {
  test('nothing is written of one that may not begin after all, and the cluster is free', async () => {
    const refused = operations.start(heading, '{}', program([step('a')], { mayBegin: unwritten }));
    await expect(refused).rejects.toMatchObject({ code: 'unavailable' });
    expect([...store.operations]).toEqual([]);
    expect((await run([step('a')])).outcome).toBe('succeeded');
  });

  test('a failure undoes what began, last first, and leaves the rest not run', async () => {
    const view = await run([step('a'), step('b'), fails('c'), point()]);
    expect(log).toEqual(['a', 'b', 'undo c', 'undo b', 'undo a', 'close']);
    expect(view.outcome).toBe('failed-restored');
    expect(statesOf(view)).toEqual(['a undone', 'b undone', 'c undone', 'open not-run']);
    expect(view.steps[2]?.error).toBe('it broke');
  });

  test('what throws has failed', async () => {
    const broken = step('b', { run: () => Promise.reject(new Error('lost connection')) });
    expect((await run([step('a'), broken, point()])).summary).toBe('failed-restored at b: lost connection');
  });

  test('a verify that finds otherwise is a failure', async () => {
    const view = await run([step('a', { verify: async () => 'it is not so' }), point()]);
    expect(view).toMatchObject({ outcome: 'failed-restored', summary: 'failed-restored at a: it is not so' });
  });

  test('a refusal is an outcome of its own', async () => {
    const refusing = step('lock', { run: async () => ({ kind: 'refused', error: 'somebody has it' }) });
    expect((await run([refusing, point()])).outcome).toBe('refused');
  });

  test('a cancel ends the wait, restores, and says so', async () => {
    const waiting = step('wait', {
      run: async (_context, act) => {
        await new Promise((resolve) => act.signal.addEventListener('abort', resolve));
        return failed('cancelled');
      },
    });
    const started = await operations.start(heading, '{}', program([step('a'), waiting, point()]));
    const id = started.operation?.id ?? '';
    await new Promise((resolve) => setImmediate(resolve));
    expect(await operations.cancel(id, 'bo')).toMatchObject({ cancelRequested: true, cancelAsked: { by: 'bo' } });
    expect(store.story).toContain('note ');
    expect((await operations.cancel(id, 'cy')).cancelAsked?.by).toBe('bo');
    const view = await operations.ended(id);
    expect(view.outcome).toBe('cancelled-restored');
    // A wait that somebody ended has not failed.
    expect(view.steps.map(({ state, error }) => [state, error])).not.toContainEqual(['failed', expect.anything()]);
    expect(view.steps.find((one) => one.id === 'wait')?.error).toBeNull();
    expect(log).toEqual(['a', 'undo wait', 'undo a', 'close']);
    await expect(operations.cancel(id, 'bo')).rejects.toMatchObject({ code: 'refused' });
  });

  test('an undo that fails is tried again, and keeps no other from being undone meanwhile', async () => {
    let tries = 0;
    const stubborn = step('b', {
      undo: async (context) => {
        tries += 1;
        if (tries < 2) throw new Error('unreachable');
        context.push('undo b at last');
        return { kind: 'undone', note: null };
      },
    });
    const view = await run([step('a'), stubborn, fails('c')]);
    expect(log).toEqual(['a', 'b', 'undo c', 'undo a', 'undo b at last', 'close']);
    expect(view.outcome).toBe('failed-restored');
  });

  test('a step that failed says so to the end, whatever its undo meets', async () => {
    const view = await run([step('a', { undo: undoneAtLast() }), fails('b', { undo: undoneAtLast() })]);
    expect(view.steps.map(({ id, state, error }) => [id, state, error])).toEqual([
      ['a', 'undone', null],
      ['b', 'undone', 'it broke'],
    ]);
  });

  test('an undo that never succeeds needs hands, with the statement to run', async () => {
    const hopeless = step('freeze', {
      undo: (_, { deadline }) => Promise.reject(new Error(deadline.remainingMs() > 0 ? 'unreachable' : 'no time')),
      hands: () => [{ text: 'On db-1 run:', method: null, path: null, body: null, command: 'SET GLOBAL read_only=0' }],
    });
    const view = await run([step('a'), hopeless, fails('c')], { undoMs: 300 });
    expect(view.outcome).toBe('failed-needs-hands');
    expect(view.followUps.map(({ command }) => command)).toEqual(['SET GLOBAL read_only=0']);
    expect(view.steps[1]?.error).toBe('could not be undone: unreachable');
    expect(log).toContain('undo a');
  });

  test('a step that does not come back within its deadline is given up', { timeout: 20_000 }, async () => {
    const view = await run([step('a', { deadlineMs: 10, run: () => new Promise(() => undefined) }), point()]);
    expect(view.summary).toBe('failed-restored at a: it did not come to an end within its deadline');
  });
});

/** Two that each wait until the other has begun. */
function pair(change: Partial<Step<Log>> = {}): Step<Log>[] {
  const begun = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  return ['fence', 'drain'].map((id, place) =>
    step(id, {
      run: async (context, act) => {
        begun[place]?.resolve();
        await begun[1 - place]?.promise;
        context.push(`${id} after ${store.story.join(', ')}`);
        return (await change.run?.(context, act)) ?? done();
      },
      ...(place === 1 ? { beside: true } : {}),
    }),
  );
}

describe('steps beside each other', () => {
  test('run at the same time, both announced before either acts', async () => {
    const view = await run([...pair(), point()]);
    expect(log.slice(0, 2)).toEqual([
      'fence after intent fence, intent drain',
      'drain after intent fence, intent drain',
    ]);
    expect(statesOf(view)).toEqual(['fence done', 'drain done', 'open done']);
  });

  test('are both undone when one fails', async () => {
    const view = await run([
      ...pair({ run: async (context) => (context.length === 2 ? failed('it broke') : done()) }),
      point(),
    ]);
    expect(log.slice(2)).toEqual(['undo drain', 'undo fence', 'close']);
    expect(view).toMatchObject({ outcome: 'failed-restored', summary: 'failed-restored at drain: it broke' });
  });
});

/** A fence that takes until it is let go, beside a drain, and may last until the point of no return. */
function lastingFence(): { readonly steps: Step<Log>[]; readonly letGo: () => void } {
  const { promise, resolve: letGo } = Promise.withResolvers<void>();
  const fence = step('fence', {
    until: 'open',
    run: async (context) => {
      await promise;
      context.push('fence');
      return done();
    },
  });
  return { steps: [fence, step('drain', { beside: true })], letGo };
}

describe('a step that may last', () => {
  test('goes on while further steps run, and has ended before the one that it must not outlast', async () => {
    const { steps, letGo } = lastingFence();
    const promote = step('promote', { run: async (context) => (context.push('promote'), letGo(), done()) });
    const view = await run([...steps, promote, point()]);
    expect(log).toEqual(['drain', 'promote', 'fence', 'open', 'close']);
    expect(statesOf(view)).toEqual(['fence done', 'drain done', 'promote done', 'open done']);
  });

  test('has ended before anything is undone, and is undone as well', async () => {
    const { steps, letGo } = lastingFence();
    const promote = fails('promote', { run: async () => (setTimeout(letGo, 5), failed('it broke')) });
    const view = await run([...steps, promote, point()]);
    expect(log).toEqual(['drain', 'fence', 'undo promote', 'undo drain', 'undo fence', 'close']);
    expect(view).toMatchObject({ outcome: 'failed-restored', summary: 'failed-restored at promote: it broke' });
  });

  test('that meets the loss of the lease while others run ends the operation, and not the console', async () => {
    const { promise, resolve: waited } = Promise.withResolvers<void>();
    const fence = step('fence', {
      until: 'open',
      run: async (_context, act) => {
        store.stealLease('operations/erp5');
        await act.record('persisted', true).finally(() => setImmediate(waited));
        return done();
      },
    });
    const drain = step('drain', { beside: true, run: async () => (await promise, done()) });
    const view = await run([fence, drain, step('promote'), point()]);
    expect(view).toMatchObject({ outcome: 'unknown', summary: 'Another console has taken this operation over.' });
    expect(log).not.toContain('open');
  });

  test('keeps the point of no return from being passed when it fails', async () => {
    const { steps, letGo } = lastingFence();
    const [fence, drain] = steps;
    const broken = { ...fence, ...fails('fence', { until: 'open' }) };
    letGo();
    const view = await run([broken, ...(drain ? [drain] : []), step('promote'), point()]);
    expect(view).toMatchObject({ outcome: 'failed-restored', summary: 'failed-restored at fence: it broke' });
    expect(log).not.toContain('open');
  });
});

describe('behind the point of no return', () => {
  test('nothing is undone: a failure is a follow-up and the rest goes on', async () => {
    const left = { text: 'enable the events', method: null, path: null, body: null, command: null };
    const view = await run([step('a'), point(), fails('events', { hands: () => [left] }), step('verify')]);
    expect(log).toEqual(['a', 'open', 'verify', 'close']);
    expect(view.outcome).toBe('succeeded-with-follow-ups');
    expect(view.followUps).toEqual([left]);
    expect(statesOf(view)).toEqual(['a done', 'open done', 'events failed', 'verify done']);
  });

  test('a point that may have been passed needs hands, and nothing behind it runs', async () => {
    const view = await run([step('a'), fails('open', { pointOfNoReturn: true, essential: true }), step('events')]);
    expect(view).toMatchObject({ outcome: 'failed-needs-hands', pointOfNoReturnPassed: true });
    expect(log).toEqual(['a', 'close']);
    expect(statesOf(view)).toEqual(['a done', 'open failed', 'events not-run']);
  });

  test('a point that was surely not passed is withdrawn, and everything undone', async () => {
    const refused = point({ run: async () => ({ kind: 'failed', error: '1227', nothingHappened: true }) });
    const view = await run([step('a'), refused]);
    expect(view).toMatchObject({ outcome: 'failed-restored', pointOfNoReturnPassed: false });
    const row = store.operations.get(view.id);
    expect(row && replayedView(row, entriesOf(store.rows)).pointOfNoReturnPassed).toBe(false);
  });

  test('an intent that was announced and never begun does not count as passed', async () => {
    const announcing = step('promote', {
      run: async (_context, act) => {
        act.prepareNext();
        return failed('it broke');
      },
    });
    const view = await run([announcing, point()]);
    expect(view.outcome).toBe('failed-restored');
    const row = store.operations.get(view.id);
    const replayed = row && replayedView({ ...row, view: JSON.stringify(published[0]) }, entriesOf(store.rows));
    expect(replayed?.pointOfNoReturnPassed).toBe(false);
  });

  test('a cancel comes too late', async () => {
    const opening = Promise.withResolvers<void>();
    const entered = Promise.withResolvers<void>();
    const held = point({ run: async () => (entered.resolve(), await opening.promise, done()) });
    const started = await operations.start(heading, '{}', program([held]));
    await entered.promise;
    await expect(operations.cancel(started.operation?.id ?? '', 'bo')).rejects.toMatchObject({ code: 'refused' });
    opening.resolve();
    expect((await operations.ended(started.operation?.id ?? '')).outcome).toBe('succeeded');
  });
});

test('a console that lost its lease acts and writes no more', async () => {
  const stolen = step('b', {
    run: async (context) => {
      context.push('b');
      store.stealLease('operations/erp5');
      return done();
    },
  });
  const view = await run([step('a'), stolen, point()]);
  expect(log).toEqual(['a', 'b', 'close']);
  expect(view).toMatchObject({ outcome: 'unknown', summary: 'Another console has taken this operation over.' });
  expect(store.operations.get(view.id)?.endedAt).toBeNull();
});

test('a dry run runs what only reads, and undoes nothing', async () => {
  const view = await run([step('lock', { readsOnly: true }), step('freeze'), point()], { dryRun: true });
  expect(log).toEqual(['lock', 'close']);
  expect(view.outcome).toBe('succeeded');
  expect(statesOf(view)).toEqual(['lock done', 'freeze not-run', 'open not-run']);
});

test('one operation at a time on a cluster: who comes second is told which one runs', async () => {
  const hold = Promise.withResolvers<void>();
  const steps = [step('a', { run: async () => (await hold.promise, done()) })];
  const [first, second] = await Promise.all([
    operations.start(heading, '{}', program(steps)),
    operations.start(heading, '{}', program(steps)),
  ]);
  expect(first.kind).toBe('started');
  expect(second).toMatchObject({ kind: 'running', operation: { id: first.operation?.id } });
  const elsewhere = await newConsole('second console').start(heading, '{}', program(steps));
  expect(elsewhere).toMatchObject({ kind: 'running', operation: { id: first.operation?.id } });
  hold.resolve();
  await operations.ended(first.operation?.id ?? '');
});

test('every change is published as a value of its own, and waits at most ten times a second', async () => {
  const chatty = step('a', {
    run: async (_context, act) => {
      for (let n = 0; n < 1_000; n += 1) act.waitsFor(`position ${n}`);
      act.statement('SET GLOBAL read_only=1');
      return done('well');
    },
  });
  const view = await run([chatty]);
  expect(published.length).toBeLessThan(15);
  expect(published.at(-1)).toEqual(view);
  expect(new Set(published).size).toBe(published.length);
  expect(view.steps[0]).toMatchObject({
    state: 'done',
    note: 'well',
    waitsFor: null,
    statements: ['SET GLOBAL read_only=1'],
  });
});

/** A console that ends without a word in the step, after what was last asked of it. */
async function leftDuring(id: string, last?: (operationId: string) => Promise<unknown>): Promise<void> {
  const reached = Promise.withResolvers<void>();
  const steps = ['a', 'b', 'open', 'events'].map((name) => {
    const change = name === id ? { run: () => (reached.resolve(), new Promise<never>(() => undefined)) } : {};
    return name === 'open' ? point({ ...change }) : step(name, { deadlineMs: 600_000, ...change });
  });
  const started = await operations.start(heading, '{}', program(steps));
  await reached.promise;
  await last?.(started.operation?.id ?? '');
  leaseIsFree();
}

/** The console that ran it is gone; what the steps did until then is forgotten. */
function leaseIsFree(): void {
  store.leasesHeld.set('operations/erp5', {
    name: 'operations/erp5',
    holder: 'gone',
    fence: 99,
    expiresAt: Infinity,
  });
  log.length = 0;
}

async function takenUp(decision: 'undo' | 'go-on', steps: readonly Step<Log>[]): Promise<Operation> {
  const next = newConsole('next console');
  const [row] = await next.unfinished();
  if (!row) throw new Error('nothing is unfinished');
  await next.takeUp(row, async () => ({ decision, text: `interrupted: ${decision}`, program: program(steps) }));
  return await next.ended(row.id);
}

describe('an operation that a console left', () => {
  test('is undone: the steps that had begun, last first, and the page says so', async () => {
    await leftDuring('b');
    const view = await takenUp('undo', [step('a'), step('b'), point(), step('events')]);
    expect(view.steps.map(({ id, endedAt }) => [id, endedAt !== null])).toContainEqual(['b', true]);
    expect(log).toEqual(['undo b', 'undo a', 'close']);
    expect(view).toMatchObject({ outcome: 'failed-restored', interruptions: [{ text: 'interrupted: undo' }] });
    expect(statesOf(view)).toEqual(['a undone', 'b undone', 'open not-run', 'events not-run']);
  });

  test('and that had been asked to stop goes back as cancelled: the journal knows when and by whom', async () => {
    await leftDuring('b', (id) => operations.cancel(id, 'bo'));
    const next = newConsole('next console');
    const asked = { cancelRequested: true, cancelAsked: { by: 'bo', at: expect.any(String) } };
    expect(await next.get('op-1')).toMatchObject(asked);
    const view = await takenUp('undo', [step('a'), step('b'), point(), step('events')]);
    expect(view).toMatchObject({ outcome: 'cancelled-restored', ...asked });
  });

  test('is not undone in the steps that were announced and never begun: what is found there is the work of others', async () => {
    const steps = [
      fails('lock', { readsOnly: true }),
      step('fence'),
      step('drain', { beside: true }),
      step('promote', { intentAhead: true }),
    ];
    const ending = Promise.withResolvers<never>();
    const closing = Promise.withResolvers<void>();
    const close = async () => (closing.resolve(), await ending.promise);
    await operations.start(heading, '{}', program(steps, { announced: true, close }));
    await closing.promise;
    leaseIsFree();
    const view = await takenUp('undo', steps);
    expect(log).toEqual(['undo lock', 'close']);
    expect(statesOf(view)).toEqual(['lock undone', 'fence not-run', 'drain not-run', 'promote not-run']);
  });

  test('leaves no step unknown that has nothing to undo', async () => {
    await leftDuring('b');
    const waiting: Step<Log> = { id: 'b', name: 'b', server: 'db-1', deadlineMs: 1_000, run: async () => done() };
    const empty = step('a', { undo: async () => ({ kind: 'nothing' }) });
    const view = await takenUp('undo', [empty, waiting, point(), step('events')]);
    expect(statesOf(view)).toEqual(['a done', 'b skipped', 'open not-run', 'events not-run']);
    expect(view.steps[1]).toMatchObject({ note: expect.stringContaining('interrupted'), endedAt: expect.any(String) });
  });

  test('goes on: what has ended is not repeated, and what is found done is skipped', async () => {
    await leftDuring('events');
    const found = step('events', { alreadyDone: async () => 'they are enabled' });
    const view = await takenUp('go-on', [step('a'), step('b'), point(), found]);
    expect(log).toEqual(['close']);
    expect(view.outcome).toBe('succeeded');
    expect(statesOf(view)).toEqual(['a done', 'b done', 'open done', 'events skipped']);
  });

  test('goes on with the step in which it was left where that is not done', async () => {
    await leftDuring('open');
    const view = await takenUp('go-on', [
      step('a'),
      step('b'),
      point({ alreadyDone: async () => null }),
      step('events'),
    ]);
    expect(log).toEqual(['open', 'events', 'close']);
    expect(view).toMatchObject({ outcome: 'succeeded', pointOfNoReturnPassed: true });
  });
});

test('what is done between operations sees none begin, and is not done while one runs, at any console', async () => {
  const other = newConsole('second console');
  const end = await operations.between('erp5', async () => {
    const [begun, acted] = await Promise.all([
      other.start(heading, '{}', program([step('a')])),
      other.between('erp5', async () => 'done twice'),
    ]);
    return [begun.kind, acted.kind];
  });
  expect(end).toEqual({ kind: 'acted', answer: ['running', 'running'] });
  const seen = await run([
    step('a', {
      run: async () => done((await other.between('erp5', async () => 'done in the middle')).kind),
    }),
  ]);
  expect(seen.steps[0]?.note).toBe('running');
  expect(await other.between('erp5', async () => 'done after')).toMatchObject({ kind: 'acted' });
});
