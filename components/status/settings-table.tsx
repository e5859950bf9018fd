'use client';

import type { ClusterSnapshot, ServerSnapshot } from '../../server/contract/snapshot.ts';
import { duration } from '../format/duration.ts';
import { rate } from '../format/number.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { Section } from '../ui/section.tsx';

const columns: { title: string; read: (server: ServerSnapshot) => string | null }[] = [
  { title: 'Version', read: (server) => server.version?.replace(/-MariaDB.*/, '') ?? null },
  { title: 'server_id', read: (server) => (server.serverId === null ? null : String(server.serverId)) },
  { title: 'Writes', read: (server) => (server.readOnly === null ? null : server.readOnly ? 'read-only' : 'allowed') },
  {
    title: 'Transactions/s',
    read: (server) => (server.writesPerSecond === null ? null : rate(server.writesPerSecond)),
  },
  { title: 'GTID', read: (server) => server.replication.map((one) => one.usingGtid).join(', ') || null },
  {
    title: 'Delay',
    read: (server) =>
      server.replication.map((one) => (one.delaySeconds === 0 ? 'none' : duration(one.delaySeconds))).join(', ') ||
      null,
  },
  { title: 'Events', read: (server) => server.eventScheduler },
  { title: 'Semi-sync', read: semiSyncText },
  { title: 'Up for', read: (server) => (server.uptimeSeconds === null ? null : duration(server.uptimeSeconds)) },
  { title: 'Clock', read: clockText },
  { title: 'Agent', read: (server) => (server.agent.state === 'none' ? null : server.agent.state) },
];

/** What each server is set to, side by side, so that a difference shows. */
export function SettingsTable({ cluster }: { cluster: ClusterSnapshot }) {
  const shown = columns.filter(({ read }) => cluster.servers.some((server) => read(server) !== null));
  const addresses = cluster.servers.some(({ takeoverUrl }) => takeoverUrl !== undefined);
  return (
    <Section id="settings" title="Settings">
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keyboard */}
      <section className="overflow-x-auto" aria-label="Settings side by side" tabIndex={0}>
        <table className="table">
          <caption className="sr-only">Settings of the servers of {cluster.name}</caption>
          <thead>
            <tr>
              <th scope="col">Server</th>
              {shown.map(({ title }) => (
                <th key={title} scope="col">
                  {title}
                </th>
              ))}
              {addresses && <th scope="col">Takeover address</th>}
            </tr>
          </thead>
          <tbody className="text-sm">
            {cluster.servers.map((server) => (
              <tr key={server.name} className={server.state === 'up' ? undefined : 'text-faint'}>
                <th scope="row">
                  {server.name}
                  {server.state !== 'up' && <span className="block text-sm font-normal">as last seen</span>}
                </th>
                {shown.map(({ title, read }) => (
                  <td
                    key={title}
                    data-label={title}
                    data-empty={read(server) === null || undefined}
                    className="whitespace-nowrap"
                  >
                    {read(server) ?? <span className="text-faint">–</span>}
                  </td>
                ))}
                {addresses && (
                  <td data-label="Takeover address">
                    {server.takeoverUrl !== undefined && (
                      <CopyButton text={server.takeoverUrl} label={`Copy the takeover address of ${server.name}`} />
                    )}
                  </td>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </Section>
  );
}

function semiSyncText({ semiSync }: ServerSnapshot): string | null {
  if (semiSync === null) return null;
  if (semiSync.primary) return `primary, ${semiSync.clients} acknowledging`;
  return semiSync.replica ? 'replica' : 'off';
}

/** Over two seconds of difference is a warning of its own; here it is a number. */
function clockText({ clockSkewSeconds }: ServerSnapshot): string | null {
  if (clockSkewSeconds === null) return null;
  const skew = Math.abs(clockSkewSeconds);
  if (skew < 0.5) return 'level';
  return `${duration(skew)} ${clockSkewSeconds > 0 ? 'ahead' : 'behind'}`;
}
