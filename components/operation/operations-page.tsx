'use client';

import { useState } from 'react';
import { getOperations } from '../../server/contract/client.ts';
import type { Operation } from '../../server/contract/operation.ts';
import { OperationTable, useNewestOperations } from './operation-table.tsx';

/** All operations, newest first; older ones are fetched when asked for. */
export function OperationsPage({
  first,
  cluster,
  pageSize,
}: {
  first: Operation[];
  cluster: string | null;
  pageSize: number;
}) {
  const [loaded, setLoaded] = useState(first);
  const [more, setMore] = useState<'there' | 'loading' | 'none' | 'failed'>(first.length < pageSize ? 'none' : 'there');
  const operations = useNewestOperations(loaded, cluster);
  const load = async () => {
    setMore('loading');
    const before = loaded.at(-1)?.startedAt;
    const answer = await getOperations({
      limit: pageSize,
      ...(cluster === null ? {} : { cluster }),
      ...(before === undefined ? {} : { before }),
    });
    if (answer.kind !== 'ok') return setMore('failed');
    setLoaded([...loaded, ...answer.value]);
    setMore(answer.value.length < pageSize ? 'none' : 'there');
  };
  if (operations.length === 0) {
    return (
      <p className="text-soft">
        Nothing has been done yet{cluster === null ? '' : ` to ${cluster}`}. A takeover begins on the page of its
        cluster, with a review.
      </p>
    );
  }
  return (
    <>
      <OperationTable operations={operations} caption="Operations, newest first" />
      {more !== 'none' && (
        <p className="mt-4 flex items-center gap-4">
          <button type="button" className="btn" disabled={more === 'loading'} onClick={() => void load()}>
            {more === 'loading' ? 'Loading…' : 'Show older'}
          </button>
          {more === 'failed' && <span className="text-sm text-serious">The console did not answer. Try again.</span>}
        </p>
      )}
    </>
  );
}
