import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Connection } from './connection.ts';
import { number } from './row.ts';
import { floorTo, hourMs, minuteMs, minutesKeptMs, secondsKeptMs } from './sample-retention.ts';

/** Rows that one transaction removes: about 2 ms of the event loop. */
const rowsPerBatch = 1000;
/** A sample may be written a little after its instant (a slow poll): the last minutes are rolled up once more. */
const lateMs = 2 * minuteMs;

/** Rolls whole minutes up and forgets what is too old; each transaction is small, and other work runs between them. */
export async function maintainSamples(connection: Connection, now: number): Promise<void> {
  const all = await connection.read((work) => work.all('SELECT id, rolled_to FROM series'));
  for (const row of all) {
    const series = number(row, 'id');
    await rollUp(connection, series, number(row, 'rolled_to'), floorTo(now, minuteMs));
    await forget(connection, 'samples', series, floorTo(now - secondsKeptMs, minuteMs));
    await forget(connection, 'minutes', series, floorTo(now - minutesKeptMs, minuteMs));
  }
}

async function rollUp(connection: Connection, series: number, rolledTo: number, end: number): Promise<void> {
  const first = await connection.read(
    (work) =>
      work.get('SELECT MIN(at) AS at FROM samples WHERE series = ? AND at >= ?', series, rolledTo - lateMs)?.['at'],
  );
  if (typeof first !== 'number') return;
  for (let from = floorTo(first, minuteMs); from < end; from += hourMs) {
    const to = Math.min(from + hourMs, end);
    await connection.write((work) => {
      work.run(
        `REPLACE INTO minutes
           SELECT series, at - at % 60000 AS minute, COUNT(*), MIN(value), MAX(value), SUM(value)
           FROM samples WHERE series = ? AND at >= ? AND at < ? GROUP BY series, minute`,
        series,
        from,
        to,
      );
      work.run('UPDATE series SET rolled_to = ? WHERE id = ? AND rolled_to < ?', to, series, to);
    });
    await nextTurn();
  }
}

async function forget(
  connection: Connection,
  table: 'samples' | 'minutes',
  series: number,
  before: number,
): Promise<void> {
  for (;;) {
    const removed = await connection.write((work) => {
      const next = work.get(
        `SELECT at FROM ${table} WHERE series = ? ORDER BY at LIMIT 1 OFFSET ${rowsPerBatch}`,
        series,
      );
      const end = Math.min(before, next === null ? before : number(next, 'at'));
      return work.run(`DELETE FROM ${table} WHERE series = ? AND at < ?`, series, end);
    });
    if (removed < rowsPerBatch) return;
    await nextTurn();
  }
}
