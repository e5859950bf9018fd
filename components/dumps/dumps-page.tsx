'use client';

import Link from 'next/link';
import type { DumpCatalogue } from '../../server/contract/dumps.ts';
import { bytes, counted } from '../format/number.ts';
import { useCluster } from '../live/use-live.ts';
import { SandboxLabel } from '../status/sandbox-label.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { Mark } from '../ui/mark.tsx';
import { clusterPath } from '../ui/paths.ts';
import { Section } from '../ui/section.tsx';
import { InstantAndAgo } from '../ui/time.tsx';
import { DumpTable } from './dump-table.tsx';
import { NoDumps } from './no-dumps.tsx';
import { ServerDumpsTable } from './server-dumps.tsx';
import { useCatalogue } from './use-catalogue.ts';

/** What can be downloaded, what that means, who did last; and who makes the next one. */
export function DumpsPage({ cluster, first }: { cluster: string; first: DumpCatalogue }) {
  const view = useCatalogue(cluster, first);
  const sandbox = useCluster(cluster)?.sandbox === true;
  const { dumps, servers } = view.catalogue;
  const empty = dumps.length === 0 && servers.every(({ server }) => view.making(server).kind !== 'running');
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1 pt-8">
        <h1>
          Dumps of{' '}
          <Link href={clusterPath(cluster)} prefetch={false} className="hover:underline">
            {cluster}
          </Link>
        </h1>
        {sandbox && <SandboxLabel />}
      </div>
      <WhatADumpIs last={view.catalogue.lastDownload} />
      {view.unread !== null && (
        <p role="alert" className="mt-3 flex items-baseline gap-2 text-sm">
          <Mark level="serious" className="translate-y-px" />
          The list could not be read again, so it may be old: {view.unread}
        </p>
      )}
      <Section
        id="dumps"
        title={dumps.length === 0 ? 'Dumps' : `${counted(dumps.length, 'dump')}, ${bytes(sum(dumps))}`}
        aside={
          <a href="#making" className="target link">
            Make one now ↓
          </a>
        }
      >
        {empty ? <NoDumps cluster={cluster} view={view} /> : <DumpTable cluster={cluster} view={view} />}
        {dumps.length > 0 && <InATerminal cluster={cluster} />}
      </Section>
      <ServerDumpsTable view={view} />
    </>
  );
}

const sum = (dumps: DumpCatalogue['dumps']): number => dumps.reduce((total, dump) => total + dump.bytes, 0);

function WhatADumpIs({ last }: { last: DumpCatalogue['lastDownload'] }) {
  return (
    <div className="mt-1 max-w-4xl text-soft">
      <p>
        A dump holds all databases of its server and every account’s password hash: handle it like the database itself.
      </p>
      <p>
        {last === null ? (
          'Nobody has downloaded one yet.'
        ) : (
          <>
            {last.actor} was the last to download one, <InstantAndAgo at={last.at} />:{' '}
            <span className="wrap-anywhere">{last.name}</span>
          </>
        )}
      </p>
    </div>
  );
}

function InATerminal({ cluster }: { cluster: string }) {
  const command = `baton dumps get ${cluster}`;
  return (
    <p className="mt-4 flex flex-wrap items-center gap-x-2 text-sm text-faint">
      In a terminal, checked against its SHA-256 and resumed where it broke off:
      <span className="inline-flex items-center">
        <span className="mono text-soft">{command}</span>
        <CopyButton text={command} label="Copy the command" />
      </span>
    </p>
  );
}
