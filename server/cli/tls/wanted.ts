import { isIP } from 'node:net';
import type { Configuration } from '../../contract/configuration.ts';
import { BatonError } from '../../contract/errors.ts';
import type { WantedCertificate } from '../../tls/authority.ts';

/** Those of a server: its agent's, its own, and the one that it replicates with. */
function ofServer(name: string, hosts: readonly string[]): WantedCertificate[] {
  return [
    { name: `agent-${name}`, purpose: 'agent', hosts: [...hosts] },
    { name: `server-${name}`, purpose: 'server', hosts: [...hosts] },
    { name: `replication-${name}`, purpose: 'replication', hosts: [] },
  ];
}

const ofConsole = (hosts: readonly string[]): WantedCertificate => ({
  name: 'console',
  purpose: 'console',
  hosts: [...hosts],
});

/** What the options name: "console.example.com" and "db-1=db-1.example.com,2001:db8::1". Throws BatonError on what is no host. */
export function wantedByOptions(consoles: readonly string[], servers: readonly string[]): WantedCertificate[] {
  return [
    ...(consoles.length > 0 ? [ofConsole(consoles.map(checkedHost))] : []),
    ...servers.flatMap((text) => {
      const [name = '', hosts = ''] = text.split('=');
      if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/.test(name) || hosts === '') {
        throw new BatonError(
          'invalid',
          `--server ${text}: not NAME=HOST,…`,
          'Such as db-1=db-1.example.com,2001:db8::1',
        );
      }
      return ofServer(name, hosts.split(',').map(checkedHost));
    }),
  ];
}

/** What a configuration has: the console by its url, servers by the hosts of theirs and of their agents. */
export function wantedByConfiguration({ console: own, clusters }: Configuration): WantedCertificate[] {
  const servers = Object.values(clusters).flatMap((cluster) => Object.entries(cluster.servers));
  return [
    ...(own ? [ofConsole([hostOf(own.url)])] : []),
    ...servers.flatMap(([name, { url, agent }]) => {
      const hosts = [url, ...(agent === undefined ? [] : [agent])].map(hostOf);
      return ofServer(name, [...new Set(hosts)]);
    }),
  ];
}

const hostOf = (url: string): string => checkedHost(new URL(url).hostname);

function checkedHost(text: string): string {
  const host = text.trim().replace(/^\[(.*)\]$/, '$1');
  if (isIP(host) !== 0 || /^(?:\*\.)?[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,251}[A-Za-z0-9])?$/.test(host)) return host;
  throw new BatonError('invalid', `${text} is neither a host name nor an address.`);
}
