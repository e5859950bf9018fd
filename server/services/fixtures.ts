import { readFile } from 'node:fs/promises';
import { vi } from 'vitest';
import type { ServiceRun } from '../contract/agent.ts';
import type { Service } from './service.ts';

/** For tests: the run when it has ended. */
export async function endedRun(service: Service, id: string): Promise<ServiceRun> {
  return await vi.waitUntil(
    async () => {
      const run = await service.runOf(id);
      return run !== null && run.state !== 'running' ? run : null;
    },
    { timeout: 30_000, interval: 10 },
  );
}

/** For tests: whether a process is there and not only waiting to be reaped. */
export async function alive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat !== '' && !/\) Z /.test(stat);
}
