import type { ClusterConfiguration } from '../contract/configuration/cluster.ts';
import { noSsl } from '../mariadb/change-primary.ts';
import type { SqlTls } from '../mariadb/connection.ts';
import type { ReplicaStatus } from '../mariadb/replica-status.ts';
import { withJudge } from '../tls/judge-server.ts';
import type { ClusterSecrets } from './cluster-secrets.ts';

/** How the console's own connections to a server are protected, as of now; undefined: not at all. */
export function serverTlsOf(
  { servers }: ClusterConfiguration,
  { serverTls }: Pick<ClusterSecrets, 'serverTls'>,
): (server: string) => SqlTls | undefined {
  return (server) =>
    serverTls === null ? undefined : { ...withJudge(serverTls.current), name: servers[server]?.serverName };
}

/** What the configuration says of TLS for the replication of a server; undefined: nothing. */
export function replicationTlsOf({
  servers,
  replicationTls,
}: ClusterConfiguration): (server: string) => ReplicaStatus['ssl'] | undefined {
  return (server) => {
    const tls = servers[server]?.replicationTls ?? replicationTls;
    if (!tls) return undefined;
    const { ca: caFile, certificate = '', key = '', crl = '', verifyServer } = tls;
    return { ...noSsl, allowed: true, verifyServer, caFile, certificate, key, crl };
  };
}
