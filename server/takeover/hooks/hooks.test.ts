import { existsSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BatonError } from '../../contract/errors.ts';
import type { Operation } from '../../contract/operation.ts';
import { createCluster, type SandboxCluster } from '../../sandbox/cluster.ts';
import { followed } from '../../sandbox/replication.ts';
import { until } from '../../sandbox/until.ts';
import { startBaton, type BatonPlan, type TestBaton } from '../testing/baton.ts';
import { HookScripts } from '../testing/hook-scripts.ts';
import { isReadOnly, writableOf } from '../testing/server-state.ts';

let cluster: SandboxCluster;
let scripts: HookScripts;
let baton: TestBaton | null;
beforeEach(async () => {
  cluster = await createCluster({ replicas: 1 });
  scripts = new HookScripts(cluster.dir);
  baton = null;
});
afterEach(async () => {
  if (cluster.server('db-1').alive()) cluster.server('db-1').thaw();
  await baton?.stop();
  await cluster.stop();
});

type Hooks = NonNullable<BatonPlan['hooks']>;

async function withHooks(hooks: Hooks): Promise<TestBaton> {
  const { dir, servers, accounts } = cluster;
  baton = await startBaton({ dir, servers, accounts, hooks });
  return baton;
}

const step = (view: Operation, id: string): Operation['steps'][number] | undefined =>
  view.steps.find((one) => one.id === id);
const hookIds = (view: Operation): string[] =>
  view.steps.map(({ id }) => id).filter((id) => /^(hook-|freeze|open|events|report)/.test(id));

/** A server as hooks are told of it. */
const server = (name: string): unknown => {
  const { host, port } = cluster.server(name);
  return { name, host, port, serverId: expect.any(Number) };
};

/** Nobody listens to the first primary, and it may still be alive for others. */
async function primaryHangs(on: TestBaton): Promise<void> {
  cluster.server('db-1').freeze();
  await until(() => on.watcher.observationOf('db-1')?.kind === 'unreachable', { what: 'db-1 is seen to hang' });
}

/**
 * Beside a server that hangs a look takes as long as its time-out, and on a busy machine what is known of the others is a
 * moment too old then, which a takeover refuses: a person would press again.
 */
async function failOver(on: TestBaton): Promise<Operation> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    try {
      return await on.promote('db-2');
    } catch (error) {
      const stale = error instanceof BatonError && /is \d+ s old/.test(error.message);
      if (!stale || performance.now() > deadline) throw error;
    }
  }
}

/** What a hook that must not have come that far would have left. */
async function nothingChanged(): Promise<void> {
  expect(await writableOf(cluster.servers)).toEqual(['db-1']);
  expect(await followed(cluster.server('db-2'))).toMatchObject({
    port: cluster.server('db-1').port,
    ioRunning: true,
    sqlRunning: true,
  });
  expect(await isReadOnly(cluster.server('db-2'))).toBe(true);
}

describe('a switchover', () => {
  test('runs its hooks before the freeze and behind the opening, and tells them all that they need and no secret', async () => {
    const on = await withHooks({
      beforeFencing: [await scripts.make('drain'), await scripts.make('drain-too')],
      afterPromotion: [await scripts.make('move', 'echo moved; exit 0')],
      onFailure: [await scripts.make('back')],
    });
    const plan = await on.takeovers.plan({ target: 'db-2' });
    expect(plan.checks.find(({ code }) => code === 'hook-missing')).toMatchObject({ level: 'pass' });
    expect(plan.steps.find(({ id }) => id === 'hook-move')).toMatchObject({
      willRun: true,
      statements: [`${scripts.file('hook-move')} 'an argument'`],
    });
    expect(plan.steps.find(({ id }) => id === 'hook-back')?.willRun).toBe(false);
    const view = await on.promote('db-2');
    expect(view.outcome).toBe('succeeded-with-follow-ups');
    expect(hookIds(view)).toEqual([
      'hook-drain',
      'hook-drain-too',
      'freeze',
      'open',
      'hook-move',
      'events',
      'report',
      'hook-back',
    ]);
    expect(step(view, 'hook-move')).toMatchObject({ state: 'done', note: 'exit 0', log: 'moved\n' });
    expect(step(view, 'hook-back')).toMatchObject({ state: 'not-run', note: 'nothing failed' });
    expect(view.followUps.filter(({ text }) => text.includes('ook'))).toEqual([]);
    const common = {
      version: 1,
      attempt: 1,
      resumed: false,
      cluster: 'erp5',
      operation: {
        id: view.id,
        kind: 'switchover',
        startedAt: view.startedAt,
        url: `https://console.test/operations/${view.id}`,
      },
      oldPrimary: server('db-1'),
      newPrimary: server('db-2'),
      outcome: null,
      step: null,
    };
    const before = { ...common, event: 'beforeFencing', pointOfNoReturnPassed: false, writable: 'db-1' };
    expect(scripts.told('drain')).toEqual([{ ...before, hook: 'drain' }]);
    expect(scripts.told('drain-too')).toEqual([{ ...before, hook: 'drain-too' }]);
    expect(scripts.told('move')).toEqual([
      { ...common, event: 'afterPromotion', hook: 'move', pointOfNoReturnPassed: true, writable: 'db-2' },
    ]);
    expect(scripts.told('back')).toEqual([]);
    // What hooks take is no part of the write outage, and it is short although one ran right behind the opening.
    expect(view.writeOutageMs).toBeLessThan(5_000);
    for (const { password } of Object.values(cluster.accounts)) {
      expect(readFileSync(scripts.file('told-move'), 'utf8')).not.toContain(password);
    }
  });

  test.each([
    ['exits with 1', 'echo "no lease" >&2; exit 1', 'exit 1', 'no lease\n'],
    ['dies by a signal', 'kill -KILL $$', 'ended by SIGKILL', null],
    ['hangs', 'sleep 600', 'no end within 1 s: killed', null],
    ['reads nothing and fails', 'exec 0<&-; exit 3', 'exit 3', null],
  ])('is stopped and undone by a hook before the point of no return that %s', async (_, body, error, log) => {
    const on = await withHooks({
      beforeFencing: [
        await scripts.make('first'),
        { ...(await scripts.make('drain', body)), timeoutSeconds: error.includes('1 s') ? 1 : 10 },
      ],
      onFailure: [await scripts.make('back', 'echo "it is back"')],
    });
    const view = await on.promote('db-2');
    expect(view).toMatchObject({ outcome: 'failed-restored', pointOfNoReturnPassed: false });
    expect(step(view, 'hook-drain')).toMatchObject({ state: 'failed', error, log });
    expect(step(view, 'freeze')).toMatchObject({ state: 'not-run' });
    expect(view.summary).toBe(`Hook drain failed: ${error}. Restored: db-1 takes writes again.`);
    expect(step(view, 'hook-back')).toMatchObject({ state: 'done', log: 'it is back\n' });
    expect(scripts.told('back')).toMatchObject([
      {
        event: 'onFailure',
        outcome: 'failed-restored',
        writable: 'db-1',
        step: { id: 'hook-drain', server: 'console host', error },
      },
    ]);
    expect(view.followUps).toEqual([]);
    await nothingChanged();
  });

  test('goes on past hooks behind the point of no return that fail, hang, die or flood, each of which is left to do', async () => {
    const ways = [
      { name: 'fails', body: 'echo "no lease" >&2; exit 1', error: 'exit 1', log: 'no lease\n' },
      { name: 'dies', body: 'kill -KILL $$', error: 'ended by SIGKILL', log: null },
      { name: 'hangs', body: 'sleep 600', error: 'no end within 1 s: killed', log: null },
      { name: 'reads-nothing', body: 'exec 0<&-; exit 3', error: 'exit 3', log: null },
      {
        name: 'floods',
        body: 'head -c 3000000 /dev/zero | tr "\\0" x; exit 4',
        error: 'exit 4',
        log: expect.stringMatching(/left out/),
      },
    ];
    const failing = await Promise.all(
      ways.map(async ({ name, body }) => ({
        ...(await scripts.make(name, body)),
        timeoutSeconds: name === 'hangs' ? 1 : 10,
      })),
    );
    const on = await withHooks({
      afterPromotion: [...failing, await scripts.make('next')],
      onFailure: [await scripts.make('back')],
    });
    const view = await on.promote('db-2');
    expect(view.outcome).toBe('succeeded-with-follow-ups');
    expect(step(view, 'hook-next')).toMatchObject({ state: 'done' });
    for (const { name, error, log } of ways) {
      expect(step(view, `hook-${name}`)).toMatchObject({ state: 'failed', error, log });
      expect(view.followUps).toContainEqual({
        text: `Hook ${name} failed after db-2 became the primary (${error}): see its log in the step.`,
        method: 'POST',
        path: `/api/v1/operations/${view.id}/hooks/${name}/run`,
        body: {},
        command: `baton hook run ${view.id} ${name}`,
      });
    }
    expect(scripts.told('back')).toEqual([]);
    expect(await writableOf(cluster.servers)).toEqual(['db-2']);
    expect(await followed(cluster.server('db-1'))).toMatchObject({ ioRunning: true, sqlRunning: true });
  });

  test('with a program that is missing is refused before anything is done, unless that is accepted', async () => {
    const on = await withHooks({
      beforeFencing: [{ name: 'drain', command: ['/nowhere/drain'] }],
      afterPromotion: [await scripts.make('move')],
    });
    const plan = await on.takeovers.plan({ target: 'db-2' });
    expect(plan.checks.filter(({ level }) => level === 'block')).toMatchObject([
      { code: 'hook-missing', text: expect.stringContaining('/nowhere/drain does not exist'), acceptable: true },
    ]);
    await expect(on.promote('db-2')).rejects.toMatchObject({ code: 'refused' });
    expect(scripts.told('move')).toEqual([]);
    await nothingChanged();
    const view = await on.promote('db-2', { accept: ['hook-missing'] });
    expect(step(view, 'hook-drain')).toMatchObject({ state: 'skipped' });
    expect(view.followUps.map(({ text }) => text)).toContain('Hook drain was left out: /nowhere/drain does not exist.');
    expect(await writableOf(cluster.servers)).toEqual(['db-2']);
  });

  test('that is cancelled ends the hook that runs, restores, and tells the hooks for failures', async () => {
    const on = await withHooks({
      beforeFencing: [await scripts.make('drain', `echo $$ > ${scripts.file('pid')}; sleep 600`)],
      onFailure: [await scripts.make('back', 'exit 1')],
    });
    const id = await on.begin('db-2');
    await until(() => existsSync(scripts.file('pid')), { what: 'the hook runs' });
    await on.operations.cancel(id, 'bo');
    const view = await on.operations.ended(id);
    expect(view.outcome).toBe('cancelled-restored');
    expect(step(view, 'hook-drain')).toMatchObject({ state: 'skipped', note: 'cancelled' });
    // A hook for failures that fails changes nothing of the outcome.
    expect(step(view, 'hook-back')).toMatchObject({ state: 'failed', error: 'exit 1' });
    expect(view.followUps.map(({ text }) => text)).toEqual([
      'Hook back failed (exit 1), and what it was to bring back may be missing: see its log in the step.',
    ]);
    expect(scripts.told('back')).toMatchObject([{ outcome: 'cancelled-restored', step: { id: 'hook-drain' } }]);
    await nothingChanged();
  });

  test('as a dry run runs no hook and says so', async () => {
    const on = await withHooks({
      beforeFencing: [await scripts.make('drain')],
      onFailure: [await scripts.make('back')],
    });
    const view = await on.promote('db-2', { dryRun: true });
    expect(step(view, 'hook-drain')).toMatchObject({ state: 'not-run', note: 'a dry run changes nothing' });
    expect(step(view, 'hook-back')).toMatchObject({ state: 'not-run' });
    expect([...scripts.told('drain'), ...scripts.told('back')]).toEqual([]);
    await nothingChanged();
  });

  test('undone with no hook for failures says what a hook has taken away', async () => {
    const on = await withHooks({
      beforeFencing: [await scripts.make('drain'), await scripts.make('refuse', 'exit 1')],
    });
    const view = await on.promote('db-2');
    expect(view.outcome).toBe('failed-restored');
    expect(view.followUps.map(({ text }) => text)).toEqual([
      expect.stringContaining('Hook refuse has run, and no onFailure hook is configured'),
      expect.stringContaining('Hook drain has run, and no onFailure hook is configured'),
    ]);
  });

  test('leaves fencing hooks and those of failovers out', async () => {
    const on = await withHooks({
      beforeFencing: [{ ...(await scripts.make('stonith')), fence: true }],
      afterPromotion: [{ ...(await scripts.make('page')), kinds: ['failover'] }],
    });
    const { steps } = await on.takeovers.plan({ target: 'db-2' });
    expect(steps.map(({ id }) => id).filter((id) => id.startsWith('hook-'))).toEqual([]);
    const { steps: detaching } = await on.takeovers.plan({ target: 'db-2', kind: 'detach' });
    expect(detaching.map(({ id }) => id).filter((id) => id.startsWith('hook-'))).toEqual([]);
  });

  test('whose hook failed can have it run again, which counts on and tells what is so now', async () => {
    const flag = scripts.file('works');
    const on = await withHooks({ afterPromotion: [await scripts.make('move', `test -e ${flag}`)] });
    const view = await on.promote('db-2');
    const again = async () => {
      const asked = { operationId: view.id, hook: 'move', actor: 'ana' };
      return await on.operations.ended((await on.takeovers.runHook(asked)).operationId);
    };
    expect(await again()).toMatchObject({
      kind: 'hook',
      outcome: 'failed-restored',
      title: 'Hook move of erp5, again',
    });
    expect((await again()).summary).toBe('Hook move failed: exit 1. The databases are as they were.');
    await scripts.make('move', 'exit 0');
    expect(await again()).toMatchObject({ outcome: 'succeeded', summary: 'Hook move has done its work.' });
    expect(scripts.told('move').map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4]);
    expect(new Set(scripts.told('move').map(({ operation }) => operation.id))).toEqual(new Set([view.id]));
    expect(scripts.told('move').every(({ writable }) => writable === 'db-2')).toBe(true);
    const unknown = on.takeovers.runHook({ operationId: view.id, hook: 'none', actor: 'ana' });
    await expect(unknown).rejects.toMatchObject({ code: 'not-found' });
    // Back on db-1, it would move the addresses of a primary that is none any more.
    await on.promote('db-1');
    const late = on.takeovers.runHook({ operationId: view.id, hook: 'move', actor: 'ana' });
    await expect(late).rejects.toMatchObject({ code: 'refused' });
  });
});

describe('a failover', () => {
  test('from a primary that hangs is fenced by its hook before anything is opened', async () => {
    const on = await withHooks({
      beforeFencing: [{ ...(await scripts.make('stonith', 'echo off')), fence: true }],
      afterPromotion: [await scripts.make('move')],
    });
    await primaryHangs(on);
    const plan = await on.takeovers.plan({ target: 'db-2' });
    expect(plan.checks.find(({ code }) => code === 'unfenced')).toMatchObject({
      level: 'pass',
      text: 'Hook stonith fences db-1 before db-2 is opened',
    });
    const view = await failOver(on);
    expect(view.outcome).toMatch(/^succeeded/);
    expect(step(view, 'hook-stonith')).toMatchObject({ state: 'done', log: 'off\n' });
    expect(step(view, 'fence')?.note).toContain('fenced by hook stonith');
    expect(scripts.told('stonith')).toMatchObject([
      { event: 'beforeFencing', writable: null, operation: { kind: 'failover' } },
    ]);
    expect(scripts.told('move')).toMatchObject([{ writable: 'db-2', oldPrimary: { name: 'db-1' } }]);
  });

  test('is stopped when its fencing hook fails: the target stays a replica, and nobody is opened', async () => {
    const on = await withHooks({
      beforeFencing: [{ ...(await scripts.make('stonith', 'exit 1')), fence: true }],
      onFailure: [await scripts.make('back')],
    });
    await primaryHangs(on);
    const view = await failOver(on);
    expect(view).toMatchObject({ outcome: 'failed-restored', pointOfNoReturnPassed: false });
    expect(scripts.told('back')).toMatchObject([
      { outcome: 'failed-restored', writable: null, step: { id: 'hook-stonith', error: 'exit 1' } },
    ]);
    expect(await isReadOnly(cluster.server('db-2'))).toBe(true);
    cluster.server('db-1').thaw();
    expect(await writableOf(cluster.servers)).toEqual(['db-1']);
  });

  test('without its fencing program is not fenced, and says so', async () => {
    const on = await withHooks({ beforeFencing: [{ name: 'stonith', command: ['/nowhere/stonith'], fence: true }] });
    await primaryHangs(on);
    const plan = await on.takeovers.plan({ target: 'db-2' });
    expect(plan.checks.filter(({ level }) => level === 'block').map(({ code }) => code)).toEqual([
      'unfenced',
      'hook-missing',
    ]);
  });

  test('goes on past a hook behind the point of no return that hangs', async () => {
    const on = await withHooks({
      afterPromotion: [{ ...(await scripts.make('move', 'sleep 600')), timeoutSeconds: 1 }],
    });
    await cluster.server('db-1').kill();
    await until(() => on.watcher.observationOf('db-1')?.kind === 'unreachable', { what: 'db-1 is seen to be gone' });
    const view = await failOver(on);
    expect(view.outcome).toBe('succeeded-with-follow-ups');
    expect(step(view, 'hook-move')).toMatchObject({ state: 'failed', error: 'no end within 1 s: killed' });
    expect(await isReadOnly(cluster.server('db-2'))).toBe(false);
  });
});
