'use client';

import Link from 'next/link';
import { dumpAddress } from '../../server/contract/client.ts';
import type { ClusterSnapshot } from '../../server/contract/snapshot.ts';
import { bytes } from '../format/number.ts';
import { useSession } from '../live/use-live.ts';
import { Icon } from '../ui/icon.tsx';
import { dumpsPath } from '../ui/paths.ts';
import { Ago } from '../ui/time.tsx';

/** An incremental one is of no use alone: the newest that is whole by itself. */
function downloadOf(dump: { server: string; name: string; method: string }): { server?: string; name: string } {
  return dump.method === 'mariabackup-incremental' ? { name: 'latest' } : dump;
}

/** The newest dump's age and size, and the dump itself, one click away. */
export function NewestDump({ cluster }: { cluster: ClusterSnapshot }) {
  const { permissions } = useSession();
  const dump = cluster.newestDump;
  if (dump === null) {
    return (
      <p className="text-sm text-soft">
        no dump yet{' '}
        <Link href={dumpsPath(cluster.name)} prefetch={false} className="target link ml-2">
          Dumps of {cluster.name} ›
        </Link>
      </p>
    );
  }
  const silent = cluster.servers.some((one) => one.name === dump.server && one.agent.state === 'unreachable');
  return (
    <p className="flex flex-wrap items-center gap-x-4 text-sm text-soft">
      <Link
        href={dumpsPath(cluster.name)}
        prefetch={false}
        className="target hover:text-ink"
        title={`${dump.name} of ${dump.server}`}
      >
        <span>
          newest dump <Ago at={dump.endedAt} /> · {bytes(dump.bytes)}
        </span>
      </Link>
      {silent ? (
        <span className="text-faint">the agent of {dump.server} does not answer</span>
      ) : permissions.includes('download') ? (
        <a href={dumpAddress(cluster.name, downloadOf(dump))} download className="target link font-medium">
          <Icon name="download" /> Download
          <span className="sr-only"> the newest dump of {cluster.name}</span>
        </a>
      ) : (
        <span className="text-faint">download takes the operator role</span>
      )}
    </p>
  );
}
