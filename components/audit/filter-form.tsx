'use client';

import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { useId } from 'react';
import { useClusters } from '../live/use-live.ts';
import { auditAddress, filterOf, isFiltered, noFilter, type AuditFilter } from './audit-filter.ts';

/** Which entries: a plain form whose answer is an address. */
export function FilterForm({
  filter,
  actors,
  actions,
}: {
  filter: AuditFilter;
  /** Seen lately, to choose from. */
  actors: readonly string[];
  actions: readonly string[];
}) {
  const router = useRouter();
  const names = useClusters().map((cluster) => cluster.name);
  const clusters = filter.cluster === null || names.includes(filter.cluster) ? names : [...names, filter.cluster];
  return (
    <form
      role="search"
      aria-label="Filter the audit"
      action="/audit"
      className="no-print grid w-full grid-cols-2 items-end gap-3 sm:flex sm:w-auto sm:flex-wrap"
      onSubmit={(event) => {
        event.preventDefault();
        const form = new FormData(event.currentTarget);
        const typed = [...form].filter((field): field is [string, string] => typeof field[1] === 'string');
        router.push(auditAddress(filterOf(Object.fromEntries(typed))));
      }}
    >
      <label className="flex flex-col gap-1 max-sm:col-span-2">
        <span className="text-sm text-soft">Cluster</span>
        <select name="cluster" className="field sm:w-44" defaultValue={filter.cluster ?? ''}>
          <option value="">all</option>
          {clusters.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </label>
      <Part name="actor" label="Who" value={filter.actor} seen={actors} />
      <Part name="action" label="What" value={filter.action} seen={actions} />
      <button type="submit" className="btn">
        Filter
      </button>
      {isFiltered(filter) && (
        <Link href={auditAddress(noFilter)} prefetch={false} className="target link min-h-9">
          Clear
        </Link>
      )}
    </form>
  );
}

function Part({
  name,
  label,
  value,
  seen,
}: {
  name: string;
  label: string;
  value: string | null;
  seen: readonly string[];
}) {
  const list = useId();
  return (
    <label className="flex min-w-0 flex-col gap-1">
      <span className="text-sm text-soft">{label}</span>
      <input
        name={name}
        list={list}
        defaultValue={value ?? ''}
        placeholder="all"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        className="field sm:w-44"
      />
      <datalist id={list}>
        {seen.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
    </label>
  );
}
