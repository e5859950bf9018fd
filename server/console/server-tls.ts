import type { ClusterConfiguration } from '../contract/configuration.ts';
import type { SqlTls } from '../mariadb/connection.ts';
import type { ReplicaStatus } from '../mariadb/replica-status.ts';
import type { ClusterSecrets } from './cluster-secrets.ts';

/** How the console's own connections to a server are protected, as of now; undefined: not at all. */
export function serverTlsOf(
  { servers }: ClusterConfiguration,
  { serverTls }: Pick<ClusterSecrets, 'serverTls'>,
): (server: string) => SqlTls | undefined {
  return (server) => {
    if (serverTls === null) return undefined;
    const { ca, cert, key } = serverTls.current;
    const name = servers[server]?.serverName;
    return { ...(ca && { ca }), ...(cert && { certificate: cert }), ...(key && { key }), name };
  };
}

/** What the configuration says of TLS for the replication of a server; undefined: nothing. */
export function replicationTlsOf({
  servers,
  replicationTls,
}: ClusterConfiguration): (server: string) => ReplicaStatus['ssl'] | undefined {
  return (server) => {
    const tls = servers[server]?.replicationTls ?? replicationTls;
    if (!tls) return undefined;
    return {
      allowed: true,
      verifyServer: tls.verifyServer,
      caFile: tls.ca,
      caPath: '',
      certificate: tls.certificate ?? '',
      key: tls.key ?? '',
      cipher: '',
      crl: tls.crl ?? '',
      crlPath: '',
    };
  };
}
