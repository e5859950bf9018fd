import { faultText } from './round.ts';
import type { RoundEnd } from './play-round.ts';

/** What a run came to: counts by kind, by outcome and by fault, the time, and the seeds of what broke. */
export function summaryLines(ends: readonly RoundEnd[], seconds: number): string[] {
  const times = ends.map((end) => end.seconds).toSorted((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)] ?? 0;
  const broke = ends.filter(({ broken }) => broken.length > 0).map(({ round }) => round.seed);
  return [
    `by kind: ${counted(ends.map(({ round }) => round.kind))}`,
    `by outcome: ${counted(ends.map(({ outcome }) => outcome))}`,
    `by fault: ${counted(ends.flatMap(({ round }) => round.faults.map(({ fault }) => faultText(fault).split(' ')[0] ?? '')))}`,
    `${ends.length} rounds in ${Math.round(seconds)} s; a round takes ${median.toFixed(1)} s (median), ${(times.at(-1) ?? 0).toFixed(1)} s (longest)`,
    broke.length === 0
      ? `${ends.length} rounds held`
      : `${broke.length} of ${ends.length} rounds broke: ${broke.toSorted((a, b) => a - b).join(' ')}`,
  ];
}

/** "12 switchover, 7 failover": the most frequent first. */
function counted(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  const sorted = [...counts].toSorted(([, a], [, b]) => b - a);
  return sorted.map(([word, count]) => `${count} ${word}`).join(', ');
}
