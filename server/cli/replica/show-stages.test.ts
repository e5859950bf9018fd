import { expect, test } from 'vitest';
import { showStages } from './show-stages.ts';

const pieces = 20_000;

function shown(): { lines: string[]; notes: string[]; terminal: Parameters<typeof showStages>[0] } {
  const [lines, notes]: [string[], string[]] = [[], []];
  return { lines, notes, terminal: { progress: (text) => lines.push(text), note: (text) => notes.push(text) } };
}

test('a copy of thousands of pieces is counted a few times a second, and to its end', () => {
  const { lines, notes, terminal } = shown();
  const onStage = showStages(terminal);
  const startedAt = performance.now();
  for (let piece = 1; piece <= pieces; piece += 1)
    onStage({ kind: 'receiving', bytes: piece * 1_000, totalBytes: pieces * 1_000 });
  const windows = (performance.now() - startedAt) / 200;
  expect(notes).toEqual(['Taking the first copy, 20.0 MB.']);
  // The line that is cleared, one a window that was begun, and the last.
  expect(lines.length).toBeLessThanOrEqual(1 + Math.ceil(windows) + 1);
  expect(lines.at(-1)).toMatch(/^20\.0 MB of 20\.0 MB/);
});

test('each stage is said once, over the counted line', () => {
  const { lines, notes, terminal } = shown();
  const onStage = showStages(terminal);
  onStage({ kind: 'preparing' });
  onStage({ kind: 'preparing' });
  onStage({ kind: 'replicating', transactionsBehind: 3 });
  expect(notes).toEqual(['Preparing it.', 'Replicating, to see that it does.']);
  expect(lines).toEqual(['', '', '3 transactions behind']);
});
