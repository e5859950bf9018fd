import { expect, test } from 'vitest';
import { countsOf, playwrightCounts, sum, vitestCounts } from './test-counts.ts';

test('a test file that fails before its first test counts as a failure', () => {
  const report = {
    numPassedTests: 7,
    numFailedTests: 1,
    testResults: [
      { status: 'failed', assertionResults: [] },
      { status: 'failed', assertionResults: [{}] },
      { status: 'passed', assertionResults: [{}] },
    ],
  };
  expect(vitestCounts(JSON.stringify(report))).toEqual({ passed: 7, failed: 2 });
});

test('a browser test that passes only when repeated is not a pass', () => {
  expect(playwrightCounts(JSON.stringify({ stats: { expected: 5, unexpected: 1, flaky: 2, skipped: 3 } }))).toEqual({
    passed: 5,
    failed: 3,
  });
});

test.each([
  ['a check without a report that ends with 0', 0, null, { passed: 1, failed: 0 }],
  ['a check without a report that ends otherwise', 2, null, { passed: 0, failed: 1 }],
  ['a report, all passed', 0, { passed: 9, failed: 0 }, { passed: 9, failed: 0 }],
  ['failed tests are not counted twice', 1, { passed: 9, failed: 2 }, { passed: 9, failed: 2 }],
  ['an error beside passing tests', 1, { passed: 9, failed: 0 }, { passed: 9, failed: 1 }],
] as const)('%s', (_, exitCode, counted, expected) => {
  expect(countsOf(exitCode, counted)).toEqual(expected);
});

test('the last line sums over all checks', () => {
  expect(
    sum([
      { passed: 3, failed: 1 },
      { passed: 4, failed: 0 },
    ]),
  ).toEqual({ passed: 7, failed: 1 });
});
