import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createCluster, type SandboxCluster } from '../../sandbox/cluster.ts';
import { caughtUp, followed } from '../../sandbox/replication.ts';
import { startBaton } from '../testing/baton.ts';
import type { KilledConsolePlan } from '../testing/killed-console.ts';
import { writableOf } from '../testing/server-state.ts';

let cluster: SandboxCluster;
beforeEach(async () => {
  cluster = await createCluster();
  const [primary, server] = [cluster.server('db-1'), cluster.server('db-2')];
  await caughtUp(server, primary);
  await server.sql('STOP SLAVE', 'RESET SLAVE ALL', 'SET GLOBAL read_only=0');
  await primary.sql("INSERT INTO shop.orders (uid) VALUES ('missed')");
});
afterEach(() => cluster.stop());

/** A console that dies by SIGKILL at that statement of a rejoin of db-2. */
async function killedConsole(plan: Pick<KilledConsolePlan, 'when' | 'statement' | 'server' | 'nth'>): Promise<void> {
  const file = join(cluster.dir, 'killed-console.json');
  const servers = cluster.servers.map(({ name, host, port }) => ({ name, host, port }));
  const baton = { dir: cluster.dir, servers, accounts: cluster.accounts };
  const whole: KilledConsolePlan = { baton, target: 'db-2', kind: 'rejoin', accept: [], ...plan };
  await writeFile(file, JSON.stringify(whole), { mode: 0o600 });
  const script = join(import.meta.dirname, '..', 'testing', 'killed-console.ts');
  const child = spawn(process.execPath, [script, file], { stdio: ['ignore', 'ignore', 'inherit'] });
  const [, signal]: (string | number | null)[] = await once(child, 'exit');
  expect(signal).toBe('SIGKILL');
}

test.each([
  { when: 'after', statement: 'GET_LOCK', server: 'db-2', ends: 'restored' },
  { when: 'after', statement: 'SET GLOBAL read_only=1', server: 'db-2', ends: 'restored' },
  { when: 'before', statement: 'CHANGE MASTER', server: 'db-2', ends: 'restored' },
  { when: 'after', statement: 'CHANGE MASTER', server: 'db-2', ends: 'restored' },
  { when: 'after', statement: 'START SLAVE', server: 'db-2', ends: 'restored' },
  // The third look at the primary's positions, after those of the checks and of the comparison, is that of verify.
  { when: 'before', statement: 'gtid_binlog_pos AS binlog', server: 'db-1', nth: 3, ends: 'finished' },
] as const)(
  'a console killed $when $statement: $ends by the next one, and then the rejoin succeeds',
  async ({ ends, ...plan }) => {
    await killedConsole(plan);
    const next = await startBaton(cluster);
    try {
      const [view] = await next.takeovers.resume();
      if (!view) throw new Error('nothing was taken up');
      const last = await next.operations.ended(view.id);
      expect(last.interruptions).toHaveLength(1);
      expect(last.steps.some(({ state }) => state === 'running' || state === 'pending')).toBe(false);
      const restored = ends === 'restored';
      expect(last.outcome).toBe(restored ? 'failed-restored' : 'succeeded-with-follow-ups');
      expect((await followed(cluster.server('db-2'))) === null).toBe(restored);
      // Without an agent what keeps read_only is left to do by hand.
      const whole = restored ? await next.rejoin('db-2') : last;
      expect(whole.outcome).toBe('succeeded-with-follow-ups');
      await caughtUp(cluster.server('db-2'), cluster.server('db-1'));
      expect(await writableOf(cluster.servers)).toEqual(['db-1']);
      const [row] = await cluster.server('db-2').sql("SELECT COUNT(*) AS n FROM shop.orders WHERE uid = 'missed'");
      expect(Number(row?.['n'])).toBe(1);
    } finally {
      await next.stop();
    }
  },
);
