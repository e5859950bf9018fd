import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { until } from './until.ts';

const MAKER = `
import { createCluster } from ${JSON.stringify(join(import.meta.dirname, 'cluster.ts'))};
const cluster = await createCluster({ replicas: 1 });
cluster.server('db-2').freeze();
console.log(JSON.stringify({ dir: cluster.dir, pids: cluster.servers.map((server) => server.pid) }));
setInterval(() => undefined, 1000);
`;

const made = z.object({ dir: z.string(), pids: z.array(z.number()) });

test('no server outlives the process that made it, even one killed with SIGKILL', async () => {
  const maker = spawn(process.execPath, ['--input-type=module-typescript', '-e', MAKER], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line]: unknown[] = await once(maker.stdout, 'data');
  const { dir, pids } = made.parse(JSON.parse(String(line)));
  const alive = async (): Promise<boolean> => {
    const found = await Promise.allSettled(pids.map(async (pid) => await stat(`/proc/${pid}`)));
    return found.some(({ status }) => status === 'fulfilled');
  };
  expect(await alive()).toBe(true);
  maker.kill('SIGKILL');
  await until(async () => !(await alive()), { what: 'the servers are gone', timeoutMs: 5_000 });
  await rm(dir, { recursive: true });
});
