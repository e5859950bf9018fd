'use client';

import Link from 'next/link';
import { useState } from 'react';
import type { AuditEntry } from '../../server/contract/access.ts';
import { getAudit, type Refusal } from '../../server/contract/client.ts';
import { counted } from '../format/number.ts';
import { useLive } from '../live/use-live.ts';
import { Instant } from '../ui/time.tsx';
import { auditAddress, isFiltered, matches, noFilter, siftsHere, type AuditFilter } from './audit-filter.ts';
import { AuditTable } from './audit-table.tsx';
import { ExportButtons } from './export-buttons.tsx';
import { FilterForm } from './filter-form.tsx';
import { readBack, type ReadBack } from './read-back.ts';

const pageSize = 100;
/** So far back one press looks for what a filter asks, of up to a thousand entries each. */
const mostPages = 10;

/** The audit, newest first: new entries come in at the top, older ones when asked for. */
export function AuditPage({
  first,
  filter,
  before,
}: {
  first: ReadBack;
  filter: AuditFilter;
  /** The address looks back from here: then nothing comes in at the top. */
  before: number | null;
}) {
  const [read, setRead] = useState(first);
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<Refusal | null>(null);
  const told = useLive((state) => state.audit);
  const newest = first.found[0]?.id ?? 0;
  const added = before === null ? told.filter((entry) => entry.id > newest && matches(filter, entry)) : [];
  const entries = [...added, ...read.found];
  const older = async () => {
    setBusy(true);
    const next = await readBack(getAudit, filter, { before: read.oldest?.id ?? before, wanted: pageSize, mostPages });
    setBusy(false);
    setFailed(next.failed);
    setRead({ ...next, found: [...read.found, ...next.found], oldest: next.oldest ?? read.oldest });
  };
  return (
    <>
      <div className="mb-4 flex flex-wrap items-end justify-between gap-x-8 gap-y-3">
        <FilterForm
          key={auditAddress(filter)}
          filter={filter}
          actors={seen(entries, 'actor')}
          actions={seen(entries, 'action')}
        />
        <ExportButtons filter={filter} before={before} />
      </div>
      {before !== null && (
        <p className="mb-3 text-sm text-soft">
          From entry {before - 1} back.{' '}
          <Link href={auditAddress(filter)} prefetch={false} className="link">
            From the newest
          </Link>
        </p>
      )}
      <p role="status" className="sr-only">
        {added.length > 0 && `${counted(added.length, 'new entry', 'new entries')} since the page was opened`}
      </p>
      {entries.length === 0 ? (
        <Nothing filter={filter} ended={read.ended} />
      ) : (
        <AuditTable entries={entries} caption="Audit, newest first" exact />
      )}
      {!read.ended && (
        <p className="no-print mt-4 flex flex-wrap items-center gap-4">
          <button type="button" className="btn" disabled={busy} onClick={() => void older()}>
            {busy ? 'Reading…' : siftsHere(filter) ? 'Look further back' : 'Show older'}
          </button>
          {siftsHere(filter) && read.oldest !== null && (
            <span className="text-sm text-soft">
              looked back to <Instant at={read.oldest.at} />
            </span>
          )}
          {failed !== null && (
            <span role="alert" className="text-sm text-serious">
              {failed.message} Try again.
            </span>
          )}
        </p>
      )}
      {read.ended && entries.length > 0 && <p className="mt-4 text-sm text-faint">There is nothing older.</p>}
    </>
  );
}

function Nothing({ filter, ended }: { filter: AuditFilter; ended: boolean }) {
  if (!isFiltered(filter)) return <p className="text-soft">Nothing has been written down yet.</p>;
  return (
    <p className="text-soft">
      {ended ? 'No entry is like that.' : 'No entry so far is like that.'}{' '}
      <Link href={auditAddress(noFilter)} prefetch={false} className="link">
        Show all
      </Link>
    </p>
  );
}

const seen = (entries: readonly AuditEntry[], of: 'actor' | 'action'): string[] =>
  [...new Set(entries.map((entry) => entry[of]))].toSorted();
