import { outageTable } from '../outage-table.ts';
import { median } from '../process-cost.ts';
import { outagesOf, type OutagesOf } from '../takeovers.ts';
import type { CrashRound } from './measure-crashes.ts';

const WRITTEN_BOUND = 1.5;
const SYNCED_BOUND = 1.3;

/** A round in a line, and what it broke in lines of their own. */
export function crashLine(round: CrashRound, verbose: boolean): string {
  const { crash, recoverer, positions, chosen, rows, broken } = round;
  const deaths = crash.deaths.map(({ node, afterMs }) => `${node} +${afterMs}`).join(' ');
  const stood = Object.entries(positions).map(([node, seqno]) => (node === chosen ? `[${node} ${seqno}]` : seqno));
  const times = [round.reviewMs, round.writtenMs, round.syncedMs].map((ms) => `${Math.round(ms)}`).join(' / ');
  const head = `${broken.length === 0 ? '✓' : '✗'} ${crash.seed} ${recoverer.padEnd(6)} ${deaths}`;
  const lines = [`${head}  ${stood.join(' ')}  ${rows} rows  review / write / Synced ${times} ms`];
  const more = verbose || broken.length > 0 ? round.notes : [];
  return [...lines, ...broken, ...more].join('\n    ');
}

/** The medians of both, against the bounds. */
export function crashTables(rounds: readonly CrashRound[]): string {
  const by = (what: (round: CrashRound) => number): OutagesOf =>
    Object.fromEntries(
      ['script', 'Baton'].map((name) => [
        name,
        outagesOf(rounds.filter(({ recoverer }) => recoverer === name).map(what)),
      ]),
    );
  const ofBaton = rounds.filter(({ recoverer }) => recoverer === 'Baton');
  const recoverMs = median(rounds.map((round) => round.recoverMs));
  const broke = rounds.filter(({ broken }) => broken.length > 0).map(({ crash }) => crash.seed);
  return [
    'Galera, all nodes killed: from the click to the first accepted write; the script reads the positions in it',
    outageTable(
      by(({ writtenMs }) => writtenMs),
      WRITTEN_BOUND,
    ),
    `  With the review before the click, in which Baton reads them: ${Math.round(median(ofBaton.map(({ reviewMs }) => reviewMs)))} ms (median)`,
    outageTable(
      by(({ reviewMs, writtenMs }) => reviewMs + writtenMs),
      WRITTEN_BOUND,
      { what: '--wsrep-recover', ms: recoverMs },
    ),
    'From the click to all Synced',
    outageTable(
      by(({ syncedMs }) => syncedMs),
      SYNCED_BOUND,
    ),
    broke.length === 0
      ? `${rounds.length} rounds held: the highest chosen, every acknowledged row there, all Synced, checksums equal`
      : `${broke.length} of ${rounds.length} rounds broke: ${broke.join(' ')}`,
    '',
  ].join('\n');
}
