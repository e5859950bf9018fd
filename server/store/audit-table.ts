import type { AuditEntry } from '../contract/access.ts';
import type { Connection, Row, Work } from './connection.ts';
import { number, text, textOrNull } from './row.ts';
import type { AuditStore } from './store.ts';

const toEntry = (row: Row): AuditEntry => ({
  id: number(row, 'id'),
  at: text(row, 'at'),
  actor: text(row, 'actor'),
  from: text(row, 'address'),
  action: text(row, 'action'),
  cluster: textOrNull(row, 'cluster'),
  object: textOrNull(row, 'object'),
  result: text(row, 'result'),
  operationId: textOrNull(row, 'operation_id'),
});

function append(work: Work, entry: Omit<AuditEntry, 'id'>): AuditEntry {
  // Numbered here and not by the database: without gaps, so that a row taken away by hand shows.
  const id = Number(work.get('SELECT COALESCE(MAX(id), 0) + 1 AS id FROM audit')?.['id']);
  work.run(
    'INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    id,
    entry.at,
    entry.actor,
    entry.from,
    entry.action,
    entry.cluster,
    entry.object,
    entry.result,
    entry.operationId,
  );
  return { ...entry, id };
}

/** The audit, numbered without gaps. */
export function auditTable(connection: Connection): AuditStore {
  return {
    append: (entry) => connection.write((work) => append(work, entry)),
    appendSoon: (entry, failed) => connection.writeSoon((work) => append(work, entry), failed),

    list: ({ limit, before = Number.MAX_SAFE_INTEGER, cluster }) =>
      connection.read((work) =>
        (cluster === undefined
          ? work.all('SELECT * FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?', before, limit)
          : work.all(
              'SELECT * FROM audit WHERE cluster = ? AND id < ? ORDER BY id DESC LIMIT ?',
              cluster,
              before,
              limit,
            )
        ).map(toEntry),
      ),
  };
}
