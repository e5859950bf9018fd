import { z } from 'zod';

/** How many tests passed and failed; what was skipped counts as neither. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.unknown()) })),
});

const playwrightReport = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number() }),
});

/** A file that fails before its first test (an import that throws) is one failure. Throws on a report of another shape. */
export function vitestCounts(json: string): Counts {
  const report = vitestReport.parse(JSON.parse(json));
  const unread = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  return { passed: report.numPassedTests, failed: report.numFailedTests + unread.length };
}

/** A test that passes only when repeated is not a pass: it is counted as failed. Throws on a report of another shape. */
export function playwrightCounts(json: string): Counts {
  const { expected, unexpected, flaky } = playwrightReport.parse(JSON.parse(json)).stats;
  return { passed: expected, failed: unexpected + flaky };
}

/** What a check adds to the sum: its counted tests; a non-zero exit without a failed test among them is a failure more. */
export function countsOf(exitCode: number, counted: Counts | null): Counts {
  if (counted === null) return exitCode === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  return exitCode !== 0 && counted.failed === 0 ? { ...counted, failed: 1 } : counted;
}

export function sum(all: readonly Counts[]): Counts {
  return all.reduce((total, { passed, failed }) => ({ passed: total.passed + passed, failed: total.failed + failed }), {
    passed: 0,
    failed: 0,
  });
}
