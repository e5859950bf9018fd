'use client';

import { useState } from 'react';
import type { AuditEntry } from '../../server/contract/access.ts';
import { getAudit } from '../../server/contract/client.ts';
import { useLive } from '../live/use-live.ts';
import { AuditExport } from './audit-export.tsx';
import { AuditFilters } from './audit-filters.tsx';
import { AuditTable } from './audit-table.tsx';
import { filtered, type AuditFilter } from './filter.ts';

/** The audit, newest first: new entries come in at the top, older ones when asked for. */
export function AuditPage({ first, filter, pageSize }: { first: AuditEntry[]; filter: AuditFilter; pageSize: number }) {
  const [loaded, setLoaded] = useState(first);
  const [more, setMore] = useState<'there' | 'loading' | 'none' | 'failed'>(first.length < pageSize ? 'none' : 'there');
  const told = useLive((state) => state.audit);
  const newest = loaded[0]?.id ?? 0;
  const entries = filtered([...told.filter((entry) => entry.id > newest), ...loaded], filter);
  const load = async () => {
    setMore('loading');
    const before = loaded.at(-1)?.id;
    const answer = await getAudit({
      limit: pageSize,
      ...(before === undefined ? {} : { before }),
      ...(filter.cluster === '' ? {} : { cluster: filter.cluster }),
    });
    if (answer.kind !== 'ok') return setMore('failed');
    setLoaded([...loaded, ...answer.value]);
    setMore(answer.value.length < pageSize ? 'none' : 'there');
  };
  const narrowed = filter.cluster !== '' || filter.actor !== '' || filter.action !== '';
  return (
    <>
      <div className="mb-4 flex flex-wrap items-end justify-between gap-x-8 gap-y-3">
        <AuditFilters filter={filter} narrowed={narrowed} />
        <AuditExport filter={filter} />
      </div>
      {entries.length === 0 ? (
        <p className="border-t border-line py-4 text-soft">
          {narrowed
            ? 'Nothing of this kind in what is loaded: show older entries, or take the filter off.'
            : 'Nothing has happened yet.'}
        </p>
      ) : (
        <AuditTable entries={entries} caption="Audit, newest first" />
      )}
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
