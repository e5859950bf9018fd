import { readFile } from 'node:fs/promises';
import type { ServiceRun } from '../contract/agent.ts';
import { until } from '../sandbox/until.ts';
import type { Service } from './service.ts';

/** For tests: the run when it has ended. */
export async function endedRun(service: Service, id: string): Promise<ServiceRun> {
  let run: ServiceRun | null = null;
  await until(
    async () => {
      run = await service.runOf(id);
      return run !== null && run.state !== 'running';
    },
    { what: `a run of ${service.name} ends` },
  );
  if (run === null) throw new Error('the run is gone');
  return run;
}

/** For tests: whether a process is there and not only waiting to be reaped. */
export async function alive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return stat !== '' && !/\) Z /.test(stat);
}
