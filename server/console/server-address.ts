import type { ServerAddress } from '../topology/observation.ts';

const defaultPort = 3306;

/** "mysql://[2001:db8::1]:3306" as the configuration's schema let it through; the brackets of an IPv6 literal go. */
export function serverAddress(name: string, url: string): ServerAddress {
  const { hostname, port } = new URL(url);
  return { name, host: hostname.replace(/^\[(.*)\]$/, '$1'), port: port === '' ? defaultPort : Number(port) };
}
