import type { SandboxCluster } from '../../sandbox/cluster.ts';
import { followed } from '../../sandbox/replication.ts';
import { until } from '../../sandbox/until.ts';
import type { TestBaton } from './baton.ts';

/**
 * For tests with a dead primary: of db-2 and db-3 the one that has received most, first. The death may have come between two
 * packets, so it is asked once nothing comes any more.
 */
export async function mostReceived(
  cluster: SandboxCluster,
  baton: TestBaton,
): Promise<readonly [target: 'db-2' | 'db-3', other: 'db-2' | 'db-3']> {
  for (const name of ['db-2', 'db-3'])
    await until(async () => (await followed(cluster.server(name)))?.ioRunning !== true, {
      what: `${name} hears nothing any more`,
    });
  const { checks } = await baton.takeovers.plan({ target: 'db-2' });
  return checks.some(({ code, level }) => code === 'replica-ahead' && level === 'block')
    ? ['db-3', 'db-2']
    : ['db-2', 'db-3'];
}
