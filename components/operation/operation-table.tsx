'use client';

import Link from 'next/link';
import type { Operation } from '../../server/contract/operation.ts';
import { elapsed } from '../format/duration.ts';
import { useLive } from '../live/use-live.ts';
import { operationPath } from '../ui/paths.ts';
import { InstantAndAgo } from '../ui/time.tsx';
import { Standing } from './standing.tsx';
import { useReadAgain } from './use-read-again.ts';

/** Operations, newest first; those that change while the page is open change here too. `cluster`: only its own. */
export function useNewestOperations(first: readonly Operation[], cluster: string | null): Operation[] {
  const changed = useLive((state) => state.operations);
  const added = Object.values(changed).filter((one) => first.every((known) => known.id !== one.id));
  const known = first.map((one) => changed[one.id] ?? one);
  useReadAgain(known);
  return [...added, ...known]
    .filter((one) => cluster === null || one.cluster === cluster)
    .toSorted((one, other) => other.startedAt.localeCompare(one.startedAt));
}

export function OperationTable({ operations, caption }: { operations: readonly Operation[]; caption: string }) {
  return (
    <table className="table">
      <caption className="sr-only">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">Operation</th>
          <th scope="col">Result</th>
          <th scope="col">Started</th>
          <th scope="col">Took</th>
          <th scope="col">Writes stopped</th>
          <th scope="col">By</th>
        </tr>
      </thead>
      <tbody>
        {operations.map((operation) => (
          <tr key={operation.id}>
            <th scope="row" className="!font-normal">
              <Link href={operationPath(operation.id)} prefetch={false} className="link font-medium">
                {operation.title}
              </Link>
            </th>
            <td data-label="Result">
              <Standing operation={operation} />
            </td>
            <td data-label="Started">
              <InstantAndAgo at={operation.startedAt} />
            </td>
            <td data-label="Took" data-empty={operation.endedAt === null || undefined}>
              {operation.endedAt !== null && elapsed(Date.parse(operation.endedAt) - Date.parse(operation.startedAt))}
            </td>
            <td data-label="Writes stopped" data-empty={operation.writeOutageMs === null || undefined}>
              {operation.writeOutageMs === null ? (
                <span className="text-faint">–</span>
              ) : (
                elapsed(operation.writeOutageMs)
              )}
            </td>
            <td data-label="By">{operation.actor}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
