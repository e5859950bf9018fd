import { expect, test } from 'vitest';
import { BatonError, errorCode } from '../contract/errors.ts';
import { outcome } from '../contract/operation.ts';
import { exitCodeOfError, exitCodeOfOutcome } from './exit-code.ts';

test.each([
  ['succeeded', 0],
  ['succeeded-with-follow-ups', 4],
  ['refused', 3],
  ['cancelled-restored', 1],
  ['failed-restored', 1],
  ['failed-needs-hands', 5],
  ['unknown', 6],
] as const)('an operation that %s ends with %i', (ended, code) => {
  expect(exitCodeOfOutcome(ended)).toBe(code);
});

test('every outcome and every error has an exit code, and none that failed has 0', () => {
  expect(outcome.options.filter((ended) => exitCodeOfOutcome(ended) === 0)).toEqual(['succeeded']);
  for (const code of errorCode.options) {
    expect(exitCodeOfError(new BatonError(code, ''))).toBeGreaterThan(0);
    expect(exitCodeOfError(new BatonError(code, ''))).toBeLessThan(4);
  }
  expect(exitCodeOfError(new Error('a bug'))).toBe(1);
});
