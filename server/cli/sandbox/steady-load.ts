import type { SandboxCluster } from '../../sandbox/cluster.ts';
import { startWriteLoad, type WriteLoad } from '../../sandbox/write-load.ts';

/** Orders are kept for so long, so that a sandbox that runs for days does not fill the disk. */
const keepMinutes = 60;

/** A write load without end whose pace can be changed. */
export interface SteadyLoad {
  /** Changes the pace; 0 stops it. */
  set(perSecond: number): Promise<void>;
  /** Acknowledged inserts since the sandbox began. */
  count(): number;
}

/** An application that knows all servers of the cluster and writes to the one that accepts it. */
export function steadyLoad(cluster: SandboxCluster): SteadyLoad {
  let running: WriteLoad | null = null;
  let before = 0;
  return {
    async set(perSecond) {
      const former = running;
      running = null;
      before += (await former?.stop())?.count ?? 0;
      if (perSecond === 0) return;
      const { servers, accounts } = cluster;
      running = startWriteLoad({ servers, account: accounts.app, perSecond, keepIds: false, keepMinutes });
    },
    count: () => before + (running?.count ?? 0),
  };
}
