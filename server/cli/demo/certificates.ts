import { loopbackHosts } from '../../sandbox/secure.ts';
import type { Authority } from '../../tls/authority.ts';
import type { Purpose } from '../../tls/issued.ts';

/** What a replica that somebody adds shows, wherever it gets its name from. */
export const newReplica = 'replication-new';

/**
 * All that a demo over TLS needs beside what its servers have already: of the console, of the agents, and of a replica that is
 * still to be made. What ends soon is renewed, so that a demo goes on that was left alone for months.
 */
export async function demoCertificates(authority: Authority, servers: readonly string[]): Promise<void> {
  const wanted: readonly (readonly [string, Purpose])[] = [
    ['console', 'console'],
    ...servers.map((server) => [`agent-${server}`, 'agent'] as const),
    // It is a server as well.
    [newReplica, 'agent'],
  ];
  const known = new Set(authority.certificates.map(({ name }) => name));
  const missing = wanted.filter(([name]) => !known.has(name));
  if (missing.length > 0)
    await authority.issue(missing.map(([name, purpose]) => ({ name, purpose, hosts: [...loopbackHosts] })));
  await authority.renew(new Date());
}
