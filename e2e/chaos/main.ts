import { drawRound } from './draw-round.ts';
import { playRound, type RoundEnd } from './play-round.ts';
import { summaryLines } from './summary-lines.ts';

/**
 * Plays rounds: --seed N (the first; the next ones follow it), --rounds N, --parallel N (at once, each on a cluster of its
 * own), --stories (of all rounds; else of those that failed or need hands).
 */
const numberAfter = (name: string, otherwise: number): number => {
  const at = process.argv.indexOf(name);
  const value = at < 0 ? otherwise : Number(process.argv[at + 1]);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${name} takes a whole number`);
  return value;
};
const say = (text: string): void => void process.stdout.write(`${text}\n`);

const seed = numberAfter('--seed', Math.floor(Math.random() * 1_000_000));
const rounds = numberAfter('--rounds', 20);
const parallel = numberAfter('--parallel', 2);
const stories = process.argv.includes('--stories');
say(`chaos --seed ${seed} --rounds ${rounds} --parallel ${parallel}`);

function show(end: RoundEnd): void {
  const { round, outcome, refusal, broken, seconds, story } = end;
  const head = `${broken.length === 0 ? '✓' : '✗'} ${round.seed}  ${round.kind} to ${round.target}`;
  say(`${head}  ${outcome}  ${seconds.toFixed(1)} s${refusal === '' ? '' : `  ${refusal}`}`);
  for (const sentence of broken) say(`    ${sentence}`);
  if (stories || broken.length > 0 || outcome === 'failed-needs-hands')
    say(`${JSON.stringify(round)}\n${story}\n    again: npm run chaos -- --seed ${round.seed} --rounds 1`);
}

const startedAt = performance.now();
const ends: RoundEnd[] = [];
let next = 0;
async function playOn(): Promise<void> {
  while (next < rounds) {
    const end = await playRound(drawRound(seed + next++));
    ends.push(end);
    show(end);
  }
}
await Promise.all(Array.from({ length: Math.max(1, parallel) }, playOn));
for (const line of summaryLines(ends, (performance.now() - startedAt) / 1000)) say(line);
const code = ends.every(({ broken }) => broken.length === 0) ? 0 : 1;
// At once: Node 24 may turn for ever in its own clean-up where connections were reset (uv_run in CleanupHandles).
process.stdout.write('', () => process.exit(code));
