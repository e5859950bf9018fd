'use client';

import { useId, useState } from 'react';
import type { Dump } from '../../server/contract/dumps.ts';
import { bytes, counted } from '../format/number.ts';
import { useWhyNot } from '../live/use-live.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { Gtid } from '../ui/gtid.tsx';
import { Hint } from '../ui/hint.tsx';
import { Ago, Instant } from '../ui/time.tsx';
import { Download } from './download.tsx';
import { chainOf, methodWords, partOf, shortSha } from './dump-words.ts';
import { expectedBytes } from './making.ts';
import { Proven } from './proven.tsx';
import { RunningRow } from './running-row.tsx';
import { SizeBar } from './size-bar.tsx';
import type { CatalogueView } from './use-catalogue.ts';

/** As many as are looked at; older ones are one press away, and who makes the next one stays in sight below. */
const openRows = 10;

/** Every dump of the cluster, newest first, and above them those that are being made. */
export function DumpTable({ cluster, view }: { cluster: string; view: CatalogueView }) {
  const { dumps, servers } = view.catalogue;
  const [all, setAll] = useState(false);
  const whyId = useId();
  const whyNot = useWhyNot('download');
  const running = servers.flatMap(({ server }) => {
    const making = view.making(server);
    return making.kind === 'running' ? [{ server, ...making }] : [];
  });
  const largest = Math.max(0, ...dumps.map((dump) => dump.bytes), ...running.map((one) => one.bytes));
  const silent = new Set(servers.filter(({ agent }) => agent === 'unreachable').map(({ server }) => server));
  return (
    <>
      {whyNot !== null && (
        <p id={whyId} className="mb-3 text-sm text-soft">
          Download is off: {whyNot}
        </p>
      )}
      <table className="table">
        <caption className="sr-only">Dumps of {cluster}, newest first</caption>
        <thead>
          <tr>
            <th scope="col">Made</th>
            <th scope="col">Server</th>
            <th scope="col">Method</th>
            <th scope="col">Size</th>
            <th scope="col">Position</th>
            <th scope="col">SHA-256</th>
            <th scope="col">Proven</th>
            <th scope="col">
              <span className="sr-only">Download</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {running.map((one) => (
            <RunningRow
              key={one.server}
              {...one}
              expected={expectedBytes(one.server, one.method, dumps)}
              largest={largest}
            />
          ))}
          {(all ? dumps : dumps.slice(0, openRows)).map((dump, place) => (
            <tr key={`${dump.server} ${dump.name}`}>
              <th scope="row" className="items-baseline md:whitespace-nowrap">
                <Ago at={dump.endedAt} calm className="md:block" />
                <Instant at={dump.endedAt} className="text-sm font-normal text-faint max-md:ml-3" />
              </th>
              <td data-label="Server">{dump.server}</td>
              <DumpFacts dump={dump} largest={largest} view={view} silent={silent.has(dump.server)} />
              <td className="md:text-right">
                <Download
                  cluster={cluster}
                  dump={dump}
                  newest={place === 0}
                  whyId={whyNot === null ? null : whyId}
                  silent={silent.has(dump.server)}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {!all && dumps.length > openRows && (
        <p className="mt-4">
          <button type="button" className="btn" onClick={() => setAll(true)}>
            Show all {counted(dumps.length, 'dump')}
          </button>
        </p>
      )}
    </>
  );
}

function DumpFacts({
  dump,
  largest,
  view,
  silent,
}: {
  dump: Dump;
  largest: number;
  view: CatalogueView;
  silent: boolean;
}) {
  const method = methodWords[dump.method];
  return (
    <>
      <td data-label="Method" className="md:whitespace-nowrap">
        <span className="block">
          <Hint text={method.meaning}>{method.text}</Hint>
          <Part dump={dump} dumps={view.catalogue.dumps} />
        </span>
      </td>
      <td data-label="Size" className="md:whitespace-nowrap">
        <span>
          {bytes(dump.bytes)}
          <SizeBar part={partOf(dump.bytes, largest)} />
        </span>
      </td>
      <td data-label="Position" className="md:whitespace-nowrap">
        <span className="inline-flex items-start">
          <Gtid text={dump.gtid} first />
          {dump.gtid !== '' && <CopyButton text={dump.gtid} label={`Copy the position of ${dump.name}`} />}
        </span>
      </td>
      <td data-label="SHA-256">
        <span className="inline-flex items-start">
          <span className="mono" title={dump.sha256}>
            {shortSha(dump.sha256)}…
          </span>
          <CopyButton text={dump.sha256} label={`Copy the SHA-256 of ${dump.name}`} />
        </span>
      </td>
      <td data-label="Proven">
        <Proven dump={dump} view={view.verifications} silent={silent} />
      </td>
    </>
  );
}

/** What it is of, where that is not a whole server: on which full backup it builds, or the one database. */
function Part({ dump, dumps }: { dump: Dump; dumps: readonly Dump[] }) {
  if (dump.database !== null) return <span className="block text-sm text-faint">{dump.database} alone</span>;
  if (dump.base === null) return null;
  const chain = chainOf(dump, dumps);
  return (
    <span className="block text-sm text-faint" title={`builds on ${dump.base}`}>
      {chain === null ? (
        'of an unknown chain'
      ) : (
        <>
          step {chain.step} on <Instant at={chain.full.endedAt} />
        </>
      )}
    </span>
  );
}
