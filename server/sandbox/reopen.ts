import { Authority } from '../tls/authority.ts';
import { readAccounts } from './accounts.ts';
import { assemble, secretsFolder } from './assemble.ts';
import { readRecord, writeRecord } from './cluster-record.ts';
import { withPorts, type SandboxCluster } from './cluster.ts';
import { refuseInUse } from './in-use.ts';
import { follow, followed } from './replication.ts';
import { authorityFolder } from './secure.ts';

/**
 * Starts the cluster in this folder again, with the roles its data says; null where there is none, or only the rest of
 * an interrupted creation. Resolves when all servers answer; who replicates from whom and whether it works is as it was.
 * A server whose earlier port is taken gets another one, and who followed it follows it there.
 * Throws where the cluster is still running, or was made with relays.
 */
export async function reopenCluster(dir: string): Promise<SandboxCluster | null> {
  const record = await readRecord(dir);
  if (record?.state !== 'ready') return null;
  if (record.relays) throw new Error(`the cluster in ${dir} replicates through relays, which are gone`);
  await refuseInUse(dir, record);
  const authority = await Authority.open(authorityFolder(dir));
  const cluster = await assemble(dir, record, await readAccounts(secretsFolder(dir)), { authority });
  try {
    await Promise.all(cluster.servers.map(async (server) => await server.startAnywhere()));
    const servers = withPorts(record, cluster);
    const byEarlierPort = new Map(record.servers.map(({ name, port }) => [port, cluster.server(name)]));
    await Promise.all(
      cluster.servers.map(async (server) => {
        const port = (await followed(server))?.port ?? 0;
        const primary = byEarlierPort.get(port);
        if (primary && primary.port !== port) await follow(server, primary.address, cluster.accounts.replication);
      }),
    );
    await writeRecord(dir, { ...record, servers });
  } catch (error) {
    await cluster.stop({ keep: true });
    throw error;
  }
  return cluster;
}
