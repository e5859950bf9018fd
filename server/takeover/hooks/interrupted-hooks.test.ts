import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Operation } from '../../contract/operation.ts';
import { identityOf } from '../../hooks/process-identity.ts';
import { createCluster, type SandboxCluster } from '../../sandbox/cluster.ts';
import { followed } from '../../sandbox/replication.ts';
import { until } from '../../sandbox/until.ts';
import { startBaton, type BatonPlan } from '../testing/baton.ts';
import { HookScripts } from '../testing/hook-scripts.ts';
import type { KilledConsolePlan } from '../testing/killed-console.ts';
import { isReadOnly, writableOf } from '../testing/server-state.ts';

let cluster: SandboxCluster;
let scripts: HookScripts;
beforeEach(async () => {
  cluster = await createCluster({ replicas: 1 });
  scripts = new HookScripts(cluster.dir);
});
afterEach(async () => await cluster.stop());

/** Kills its console the first time, and would go on for minutes. */
const deadly = (): string => {
  const pid = scripts.file('pid');
  return `if [ ! -e ${pid} ]; then echo $$ > ${pid}; kill -KILL $PPID; sleep 600; fi`;
};

const batonPlan = (hooks: BatonPlan['hooks']): BatonPlan => ({
  dir: cluster.dir,
  servers: cluster.servers.map(({ name, host, port }) => ({ name, host, port })),
  accounts: cluster.accounts,
  ...(hooks === undefined ? {} : { hooks }),
});

/** A console that one of its hooks kills, and then the next console, which takes the operation up; its last view. */
async function killedInHook(
  hooks: BatonPlan['hooks'],
  kind: 'switchover' | 'failover' = 'switchover',
): Promise<Operation> {
  const file = join(cluster.dir, 'killed-console.json');
  const whole: KilledConsolePlan = {
    baton: batonPlan(hooks),
    target: 'db-2',
    kind,
    accept: [],
    // No statement is like that: the hook is what kills it.
    at: { when: 'after', statement: '(none)', server: 'db-1' },
  };
  await writeFile(file, JSON.stringify(whole), { mode: 0o600 });
  const script = join(import.meta.dirname, '..', 'testing', 'killed-console.ts');
  const child = spawn(process.execPath, [script, file], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [, signal]: (string | number | null)[] = await once(child, 'exit');
  expect(signal).toBe('SIGKILL');
  const baton = await startBaton(batonPlan(hooks));
  try {
    const [view] = await baton.takeovers.resume();
    if (!view) throw new Error('nothing was taken up');
    const last = await baton.operations.ended(view.id);
    expect(await baton.operations.get(view.id)).toEqual(last);
    return last;
  } finally {
    await baton.stop();
  }
}

/** What the killed console had left running is no more: it would act beside the hooks of the next one. */
async function leftOverIsGone(): Promise<void> {
  const pid = Number(readFileSync(scripts.file('pid'), 'utf8'));
  // It may end between two looks.
  const stat = (): string => {
    try {
      return readFileSync(`/proc/${pid}/stat`, 'utf8');
    } catch {
      return '';
    }
  };
  const running = (): boolean => identityOf(pid) !== null && !/^$| Z /.test(stat());
  await until(() => !running(), { what: 'the hook of the killed console has ended' });
}

test('a console killed inside a hook before the point of no return is undone, and its hook ended', async () => {
  const view = await killedInHook({
    beforeFencing: [await scripts.make('drain', deadly())],
    onFailure: [await scripts.make('back')],
  });
  await leftOverIsGone();
  expect(view.outcome).toBe('failed-restored');
  expect(view.steps.find(({ id }) => id === 'hook-drain')).toMatchObject({ state: 'undone' });
  expect(scripts.told('drain')).toHaveLength(1);
  expect(scripts.told('back')).toMatchObject([
    { attempt: 1, resumed: true, outcome: 'failed-restored', writable: 'db-1' },
  ]);
  expect(await writableOf(cluster.servers)).toEqual(['db-1']);
});

test('a console killed inside a hook behind the point of no return runs it again, and says that it does', async () => {
  const view = await killedInHook({
    afterPromotion: [await scripts.make('move', deadly()), await scripts.make('next')],
  });
  await leftOverIsGone();
  expect(view.outcome).toBe('succeeded-with-follow-ups');
  expect(view.steps.find(({ id }) => id === 'hook-move')).toMatchObject({ state: 'done', note: 'exit 0, attempt 2' });
  expect(scripts.told('move').map(({ attempt, resumed }) => ({ attempt, resumed }))).toEqual([
    { attempt: 1, resumed: false },
    { attempt: 2, resumed: true },
  ]);
  expect(scripts.told('next')).toMatchObject([{ attempt: 1, resumed: true, writable: 'db-2' }]);
  expect(await writableOf(cluster.servers)).toEqual(['db-2']);
  expect(await followed(cluster.server('db-1'))).toMatchObject({ ioRunning: true, sqlRunning: true });
});

test('a console killed inside a hook for failures runs it again, and the servers stay restored', async () => {
  const view = await killedInHook({
    beforeFencing: [await scripts.make('drain', 'exit 1')],
    onFailure: [await scripts.make('back', deadly())],
  });
  await leftOverIsGone();
  expect(view.outcome).toBe('failed-restored');
  expect(scripts.told('drain')).toHaveLength(1);
  expect(scripts.told('back').map(({ attempt }) => attempt)).toEqual([1, 2]);
  expect(await writableOf(cluster.servers)).toEqual(['db-1']);
});

test('a console killed inside the fencing hook of a failover opens nobody', async () => {
  await cluster.server('db-1').kill();
  const view = await killedInHook(
    { beforeFencing: [{ ...(await scripts.make('stonith', deadly())), fence: true }] },
    'failover',
  );
  await leftOverIsGone();
  expect(view.outcome).toBe('failed-restored');
  expect(await isReadOnly(cluster.server('db-2'))).toBe(true);
});
