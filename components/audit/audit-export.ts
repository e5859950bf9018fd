import type { AuditEntry } from '../../server/contract/access.ts';
import type { AuditFilter } from './audit-filter.ts';

const columns = [
  'id',
  'at',
  'actor',
  'from',
  'action',
  'cluster',
  'object',
  'result',
  'operationId',
] as const satisfies readonly (keyof AuditEntry)[];

/** RFC 4180, with a line of headings; instants are UTC. */
export function csvOf(entries: readonly AuditEntry[]): string {
  const lines = entries.map((entry) => columns.map((column) => cell(entry[column])).join(','));
  return [columns.join(','), ...lines].map((line) => `${line}\r\n`).join('');
}

/**
 * Who may not even sign in still writes a name into the audit: a spreadsheet would run one that begins like a formula,
 * so such a cell begins with an apostrophe.
 */
function cell(value: string | number | null): string {
  const text = value === null ? '' : String(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export function jsonOf(entries: readonly AuditEntry[]): string {
  return `${JSON.stringify(entries, columns.slice(), 2)}\n`;
}

/** "baton-audit-erp5-2026-11-20T12-03-11Z.csv" */
export function exportName(filter: AuditFilter, at: Date, ending: 'csv' | 'json'): string {
  const parts = [filter.cluster, filter.actor, filter.action].filter((part) => part !== null);
  const words = ['baton-audit', ...parts].join('-').replaceAll(/[^A-Za-z0-9._-]+/g, '_');
  return `${words}-${at.toISOString().slice(0, 19).replaceAll(':', '-')}Z.${ending}`;
}
