import { renewDays, type Authority, type Purpose } from '../../tls/authority.ts';

const loopback: readonly string[] = ['127.0.0.1', '::1', 'localhost'];

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
  for (const [name, purpose] of wanted) {
    if (authority.certificates.some((one) => one.name === name)) continue;
    await authority.issue({ name, purpose, hosts: [...loopback] });
  }
  await authority.renew(new Date(), renewDays);
}
