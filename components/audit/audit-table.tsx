'use client';

import Link from 'next/link';
import type { AuditEntry } from '../../server/contract/access.ts';
import { utc } from '../format/instant.ts';
import { clusterPath, operationPath } from '../ui/paths.ts';
import { Ago, Instant, InstantAndAgo } from '../ui/time.tsx';
import { entryAddress } from './audit-filter.ts';

/** Who did what, when, from where, with which result. Rows are only ever added. */
export function AuditTable({
  entries,
  caption,
  ofOneCluster = false,
  exact = false,
}: {
  entries: readonly AuditEntry[];
  caption: string;
  /** Then its column would say the same in each row. */
  ofOneCluster?: boolean;
  /** With the number, which leads to the entry, and the instant in UTC to the second. */
  exact?: boolean;
}) {
  return (
    <table className="table">
      <caption className="sr-only">{caption}</caption>
      <thead>
        <tr>
          {exact && <th scope="col">No.</th>}
          <th scope="col">When</th>
          <th scope="col">Who</th>
          <th scope="col">From</th>
          <th scope="col">What</th>
          {!ofOneCluster && <th scope="col">Cluster</th>}
          <th scope="col">Object</th>
          <th scope="col">Result</th>
        </tr>
      </thead>
      <tbody className="text-sm">
        {entries.map((entry) => (
          <tr key={entry.id} id={`entry-${entry.id}`} className="target:bg-accent-soft">
            {exact && (
              <td data-label="No.">
                <Link href={entryAddress(entry.id)} prefetch={false} className="link">
                  {entry.id}
                </Link>
              </td>
            )}
            <td data-label="When" className="md:whitespace-nowrap">
              {exact ? (
                <span>
                  <Instant at={entry.at} /> <span className="text-faint">· </span>
                  <Ago at={entry.at} calm className="text-faint" />
                  <span className="block text-xs text-faint">{utc(entry.at)}</span>
                </span>
              ) : (
                <InstantAndAgo at={entry.at} />
              )}
            </td>
            <td data-label="Who">{entry.actor}</td>
            <td data-label="From">
              <span className="mono">{entry.from}</span>
            </td>
            <td data-label="What" className="md:whitespace-nowrap">
              {entry.action}
            </td>
            {!ofOneCluster && (
              <td data-label="Cluster" data-empty={entry.cluster === null || undefined}>
                {entry.cluster !== null && (
                  <Link href={clusterPath(entry.cluster)} prefetch={false} className="link">
                    {entry.cluster}
                  </Link>
                )}
              </td>
            )}
            <td data-label="Object" data-empty={entry.object === null || undefined} className="wrap-anywhere">
              {entry.object}
            </td>
            <td data-label="Result">
              {entry.operationId === null ? (
                entry.result
              ) : (
                <Link href={operationPath(entry.operationId)} prefetch={false} className="link">
                  {entry.result}
                </Link>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
