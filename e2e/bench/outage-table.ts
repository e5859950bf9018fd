import type { OutagesOf } from './takeovers.ts';

const row = (name: string, cells: readonly string[]): string =>
  `  ${name.padEnd(14)}${cells.map((cell) => cell.padStart(12)).join('')}\n`;
const times = (value: number, floor: number | undefined): string => (value / (floor ?? Number.NaN)).toFixed(2);

/**
 * A row a contender, with how many times the script's its median and p95 are, and whether Baton's keeps its bound: so many
 * times the script's, and what is allowed beside that.
 */
export function outageTable(outages: OutagesOf, bound: number, beside = { what: '', ms: 0 }): string {
  const floor = outages['script'];
  const rows = Object.entries(outages).map(([name, { median, p95, worst }]) => {
    const figures = [median, p95, worst].map((value) => value.toFixed(1));
    return row(name, [...figures, times(median, floor?.median), times(p95, floor?.p95)]);
  });
  const kept = (outages['Baton']?.median ?? Infinity) <= bound * (floor?.median ?? 0) + beside.ms;
  const allowed = beside.ms > 0 ? ` and the ${Math.round(beside.ms)} ms of ${beside.what}` : '';
  const verdict = `  Bound: Baton's median at most ${bound} × the script's${allowed}: ${kept ? 'kept' : 'NOT KEPT'}.\n`;
  return row('', ['median ms', 'p95 ms', 'worst ms', 'median ×', 'p95 ×']) + rows.join('') + verdict;
}
