import { z } from 'zod';
import { outcome } from '../contract/operation.ts';
import type { Connection, Row, Work } from './connection.ts';
import { claimLease, requireLease } from './lease-table.ts';
import { number, numberOrNull, text } from './row.ts';
import type { JournalRow, JournalStore, OperationRow } from './store.ts';

const journalKind = z.enum(['intent', 'result', 'record', 'undo-intent', 'undo-result', 'note']);

const toOperation = (row: Row): OperationRow => ({
  id: text(row, 'id'),
  cluster: text(row, 'cluster'),
  kind: text(row, 'kind'),
  target: text(row, 'target'),
  actor: text(row, 'actor'),
  startedAt: number(row, 'started_at'),
  endedAt: numberOrNull(row, 'ended_at'),
  outcome: outcome.nullable().parse(row['outcome']),
  plan: text(row, 'plan'),
  view: text(row, 'view'),
});

const toEntry = (row: Row): JournalRow => ({
  operationId: text(row, 'operation_id'),
  sequence: number(row, 'sequence'),
  at: number(row, 'at'),
  step: text(row, 'step'),
  kind: journalKind.parse(row['kind']),
  data: text(row, 'data'),
});

function append(work: Work, rows: readonly Omit<JournalRow, 'sequence'>[]): void {
  for (const row of rows) {
    const next = work.get(
      'SELECT COALESCE(MAX(sequence), 0) + 1 AS sequence FROM journal WHERE operation_id = ?',
      row.operationId,
    );
    work.run(
      'INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?)',
      row.operationId,
      Number(next?.['sequence']),
      row.at,
      row.step,
      row.kind,
      row.data,
    );
  }
}

/** Operations and their journal: what is written under a lease is refused once the lease has passed on. */
export function journalTable(connection: Connection): JournalStore {
  return {
    begin: (row, claim, rows) =>
      connection.write((work) => {
        const claimed = claimLease(work, claim);
        if (claimed.kind === 'taken') return claimed;
        work.run(
          'INSERT INTO operations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
          row.id,
          row.cluster,
          row.kind,
          row.target,
          row.actor,
          row.startedAt,
          row.endedAt,
          row.outcome,
          row.plan,
          row.view,
        );
        append(work, rows);
        return claimed;
      }),

    append: async (rows, under) => {
      await connection.write((work) => {
        if (under !== undefined) requireLease(work, under);
        append(work, rows);
      });
    },

    appendSoon: (rows, under, failed) =>
      connection.writeSoon((work) => {
        requireLease(work, under);
        append(work, rows);
      }, failed),

    entries: (operationId) =>
      connection.read((work) =>
        work.all('SELECT * FROM journal WHERE operation_id = ? ORDER BY sequence', operationId).map(toEntry),
      ),

    update: async (id, change, under) => {
      await connection.write((work) => {
        if (under !== undefined) requireLease(work, under);
        const row = work.get('SELECT * FROM operations WHERE id = ?', id);
        if (row === null) throw new Error(`no operation ${id} in the journal`);
        const changed = { ...toOperation(row), ...change };
        work.run(
          'UPDATE operations SET ended_at = ?, outcome = ?, view = ? WHERE id = ?',
          changed.endedAt,
          changed.outcome,
          changed.view,
          id,
        );
      });
    },

    get: (id) =>
      connection.read((work) => {
        const row = work.get('SELECT * FROM operations WHERE id = ?', id);
        return row === null ? null : toOperation(row);
      }),

    list: ({ limit, before = Number.MAX_SAFE_INTEGER, cluster }) =>
      connection.read((work) =>
        (cluster === undefined
          ? work.all(
              'SELECT * FROM operations WHERE started_at < ? ORDER BY started_at DESC, id DESC LIMIT ?',
              before,
              limit,
            )
          : work.all(
              'SELECT * FROM operations WHERE cluster = ? AND started_at < ? ORDER BY started_at DESC, id DESC LIMIT ?',
              cluster,
              before,
              limit,
            )
        ).map(toOperation),
      ),

    unfinished: () =>
      connection.read((work) =>
        work.all('SELECT * FROM operations WHERE ended_at IS NULL ORDER BY started_at, id').map(toOperation),
      ),
  };
}
