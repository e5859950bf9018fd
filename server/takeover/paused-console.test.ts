import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createCluster, type SandboxCluster } from '../sandbox/cluster.ts';
import { caughtUp } from '../sandbox/replication.ts';
import { until } from '../sandbox/until.ts';
import { startWritableProbe, type WritableProbe } from '../sandbox/writable-probe.ts';
import { startWriteLoad, verifyWrites, type WriteLoad } from '../sandbox/write-load.ts';
import type { Moment } from './testing/at-statement.ts';
import { startBaton } from './testing/baton.ts';
import type { PausedConsolePlan } from './testing/paused-console.ts';
import { writableOf } from './testing/server-state.ts';

let cluster: SandboxCluster;
let load: WriteLoad;
let probe: WritableProbe;
/** One that is paused for ever would keep the run of the tests open. */
let paused: ChildProcess | null = null;
beforeEach(async () => {
  cluster = await createCluster();
  load = startWriteLoad({ servers: cluster.servers, account: cluster.accounts.app, perSecond: 100 });
  probe = startWritableProbe({ servers: cluster.servers, account: cluster.accounts.app });
  await load.flowing();
});
afterEach(async () => {
  paused?.kill('SIGKILL');
  paused = null;
  await load.stop();
  await probe.stop();
  await cluster.stop();
});

/** A console that stops itself (SIGSTOP) at that statement; resolves when the servers have ended all of its connections. */
async function pausedConsole(at: Moment): Promise<{ wake(): Promise<string> }> {
  const planFile = join(cluster.dir, 'paused-console.json');
  const whole: PausedConsolePlan = {
    baton: {
      dir: cluster.dir,
      servers: cluster.servers.map(({ name, host, port }) => ({ name, host, port })),
      accounts: cluster.accounts,
    },
    target: 'db-2',
    at,
  };
  await writeFile(planFile, JSON.stringify(whole), { mode: 0o600 });
  const script = join(import.meta.dirname, 'testing', 'paused-console.ts');
  const child = spawn(process.execPath, [script, planFile], { stdio: ['ignore', 'pipe', 'inherit'] });
  paused = child;
  const said = once(child.stdout, 'data');
  // Asked over a session that the freeze may end as well.
  const frozen = async (): Promise<boolean> =>
    await writableOf(cluster.servers).then(
      (writable) => writable.length === 0,
      () => false,
    );
  await until(frozen, { what: 'it has stopped the writes' });
  const holding = async (): Promise<boolean> => {
    const counts = await Promise.all(
      cluster.servers.map(async (server) => {
        const asked = "SELECT 1 FROM information_schema.PROCESSLIST WHERE USER='baton_operate'";
        return (await server.sql(asked)).length;
      }),
    );
    return counts.some((count) => count > 0);
  };
  await until(async () => !(await holding().catch(() => true)), { what: 'the servers have ended its connections' });
  return {
    async wake() {
      child.kill('SIGCONT');
      const [words]: Buffer[] = await said;
      return String(words).trim();
    },
  };
}

test.each([
  ['under the read lock', { when: 'after', statement: 'FLUSH TABLES WITH READ LOCK', on: 'db-1' }],
  ['when the target has forgotten its primary', { when: 'after', statement: 'RESET SLAVE', on: 'db-2' }],
] as const)(
  'a console that was paused %s and wakes up late finds its locks gone, and changes nothing',
  async (_, plan) => {
    const sleeping = await pausedConsole(plan);
    const baton = await startBaton(cluster);
    const [taken] = await baton.takeovers.resume();
    const view = await baton.operations.ended(taken?.id ?? '');
    expect(view.outcome).toMatch(/^(failed-restored|succeeded-with-follow-ups)$/);
    const primary = view.outcome === 'failed-restored' ? 'db-1' : 'db-2';
    await load.flowing();
    // Its last statement was answered when it fell asleep: from there it goes on.
    expect(await sleeping.wake()).toBe('unknown');
    await load.flowing();
    expect(await writableOf(cluster.servers)).toEqual([primary]);
    expect((await probe.stop()).overlaps).toEqual([]);
    expect(await baton.operations.get(view.id)).toEqual(view);
    await baton.stop();
    const { acknowledged } = await load.stop();
    for (const server of cluster.servers) {
      if (server.name !== primary) await caughtUp(server, cluster.server(primary));
      expect(await verifyWrites(server, acknowledged)).toEqual([]);
    }
  },
);

test('a console that was paused and wakes up with nobody else there undoes what it began', async () => {
  const sleeping = await pausedConsole({ when: 'after', statement: 'FLUSH TABLES WITH READ LOCK', on: 'db-1' });
  expect(await sleeping.wake()).toBe('failed-restored');
  await load.flowing();
  expect(await writableOf(cluster.servers)).toEqual(['db-1']);
  expect((await probe.stop()).overlaps).toEqual([]);
});
