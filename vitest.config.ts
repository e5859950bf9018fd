import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: [
      'server/**/*.test.ts',
      'components/**/*.test.ts',
      'components/**/*.test.tsx',
      'e2e/{bench,chaos}/**/*.test.ts',
    ],
    // Real servers share two cores: more workers only make each of them slower.
    maxWorkers: 2,
    // Real servers on a shared build machine: one more try there, marked "retry x1" in its report, and a thing to mend.
    retry: process.env['CI'] === 'true' ? 1 : 0,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
