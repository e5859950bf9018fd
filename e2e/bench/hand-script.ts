import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { follow, type BenchCluster } from './bench-cluster.ts';
import type { Contender } from './contender.ts';

const run = promisify(execFile);
const program = join(import.meta.dirname, 'hand-script.sh');

/** Takeovers by the same statements as a person has them: in a shell script that is started at the decision. */
export async function handScript(cluster: BenchCluster): Promise<Contender> {
  const folder = join(cluster.dir, 'hand-script');
  await mkdir(folder);
  for (const server of cluster.servers) {
    const { name, socket, rootUser, rootPassword } = server;
    const client = ['[client]', `socket=${socket}`, `user=${rootUser}`, `password="${rootPassword}"`, ''];
    await writeFile(join(folder, `${name}.cnf`), client.join('\n'), { mode: 0o600 });
    await writeFile(join(folder, `follow-${name}.sql`), follow(server, cluster.replication), { mode: 0o600 });
  }
  return {
    name: 'shell script',
    ready: async () => await Promise.resolve(),
    switchover: async (from, to) => void (await run(program, [folder, 'switchover', from, to])),
    async failover(dead) {
      const replicas = cluster.servers.map(({ name }) => name).filter((name) => name !== dead);
      return await Promise.resolve(async () => void (await run(program, [folder, 'failover', dead, ...replicas])));
    },
    rest: async () => await Promise.resolve(),
  };
}
