import { drawRound } from './draw-round.ts';
import { playRound } from './play-round.ts';

/** Plays rounds one after the other: --seed N (the first; the next ones follow it), --rounds N, --stories (of all rounds; else of those that failed or need hands). */
const numberAfter = (name: string, otherwise: number): number => {
  const at = process.argv.indexOf(name);
  const value = at < 0 ? otherwise : Number(process.argv[at + 1]);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${name} takes a whole number`);
  return value;
};
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const seed = numberAfter('--seed', Math.floor(Math.random() * 1_000_000));
const rounds = numberAfter('--rounds', 20);
const stories = process.argv.includes('--stories');
say(`chaos --seed ${seed} --rounds ${rounds}`);
const outcomes = new Map<string, number>();
const failed: number[] = [];
for (let index = 0; index < rounds; index += 1) {
  const end = await playRound(drawRound(seed + index));
  outcomes.set(end.outcome, (outcomes.get(end.outcome) ?? 0) + 1);
  const head = `${end.broken.length === 0 ? '✓' : '✗'} ${end.round.seed}  ${end.round.kind} to ${end.round.target}`;
  say(`${head}  ${end.outcome}  ${end.seconds.toFixed(1)} s`);
  if (end.broken.length > 0) failed.push(end.round.seed);
  for (const sentence of end.broken) say(`    ${sentence}`);
  if (stories || end.broken.length > 0 || end.outcome === 'failed-needs-hands')
    say(`${JSON.stringify(end.round)}\n${end.story}\n    again: --seed ${end.round.seed} --rounds 1`);
}
say([...outcomes].map(([outcome, count]) => `${count} ${outcome}`).join(', '));
say(failed.length === 0 ? `${rounds} rounds held` : `${failed.length} of ${rounds} rounds broke: ${failed.join(' ')}`);
process.exitCode = failed.length === 0 ? 0 : 1;
