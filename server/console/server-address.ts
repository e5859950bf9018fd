import type { ClusterConfiguration } from '../contract/configuration/cluster.ts';
import type { ServerAddress } from '../topology/observation.ts';

const defaultPort = 3306;

/** "mysql://[2001:db8::1]:3306" as the configuration's schema let it through; the brackets of an IPv6 literal go. */
export function serverAddress(name: string, { url, via }: ClusterConfiguration['servers'][string]): ServerAddress {
  const { hostname, port } = new URL(url);
  const address = { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: port === '' ? defaultPort : Number(port) };
  return { name, ...address, ...(via === 'agent' && { via }) };
}
