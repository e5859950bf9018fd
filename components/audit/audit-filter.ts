import type { AuditEntry } from '../../server/contract/access.ts';

/** What of the audit is looked at; null: all. Stands in the address, so that a view can be sent to somebody. */
export interface AuditFilter {
  cluster: string | null;
  /** A part of the name, in any case. */
  actor: string | null;
  /** A part of the action, in any case. */
  action: string | null;
}

type Parameters = Record<string, string | string[] | undefined>;

/** The filter of an address. */
export function filterOf(parameters: Parameters): AuditFilter {
  const one = (name: string): string | null => {
    const value = parameters[name];
    const text = (Array.isArray(value) ? value[0] : value)?.trim() ?? '';
    return text === '' ? null : text;
  };
  return { cluster: one('cluster'), actor: one('actor'), action: one('action') };
}

/** From which entry on an address looks back: `before` is above it. Null: from the newest. */
export function beforeOf(parameters: Parameters): number | null {
  const { before } = parameters;
  return typeof before === 'string' && /^\d{1,15}$/.test(before) ? Number(before) : null;
}

/** The address of a view; what is not filtered does not stand in it. */
export function auditAddress(filter: AuditFilter, before: number | null = null): string {
  const given = Object.entries({ ...filter, before }).flatMap(([name, value]): [string, string][] =>
    value === null || value === '' ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? '/audit' : `/audit?${new URLSearchParams(given).toString()}`;
}

/** Where an entry stands, with those before it below: what can be written into a ticket. */
export const entryAddress = (id: number): string => `${auditAddress(noFilter, id + 1)}#entry-${id}`;

export const noFilter: AuditFilter = { cluster: null, actor: null, action: null };

export function isFiltered(filter: AuditFilter): boolean {
  return Object.values(filter).some((value) => value !== null);
}

/** Does the console's answer still have to be sifted here? It knows of clusters only. */
export function siftsHere(filter: AuditFilter): boolean {
  return filter.actor !== null || filter.action !== null;
}

export function matches(filter: AuditFilter, entry: AuditEntry): boolean {
  return (
    (filter.cluster === null || entry.cluster === filter.cluster) &&
    includes(entry.actor, filter.actor) &&
    includes(entry.action, filter.action)
  );
}

const includes = (text: string, part: string | null): boolean =>
  part === null || text.toLowerCase().includes(part.toLowerCase());
