import type { ClusterConfiguration } from '../contract/configuration/cluster.ts';
import type { SqlTarget } from '../mariadb/connection.ts';
import type { ServerAddress } from '../topology/observation.ts';
import type { ClusterAgents } from './agents.ts';
import type { Account, ClusterSecrets } from './cluster-secrets.ts';
import { serverTlsOf } from './server-tls.ts';

/** Where the console finds a server of the cluster with an account: at its address, or behind its agent. */
export function sqlTargets(
  configuration: ClusterConfiguration,
  secrets: Pick<ClusterSecrets, 'serverTls'>,
  agents: Pick<ClusterAgents, 'clientOf'>,
): (server: ServerAddress, account: Account) => SqlTarget {
  const tlsOf = serverTlsOf(configuration, secrets);
  return ({ name, host, port, via }, account) => ({
    host,
    port,
    ...account,
    ...(via === 'agent' && {
      open: async (timeoutMs: number) => await agents.clientOf(name).openDatabase(timeoutMs),
    }),
    // Asked at each connection: the files may have been renewed.
    get tls() {
      return tlsOf(name);
    },
  });
}
