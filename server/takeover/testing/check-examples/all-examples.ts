import { accessExamples } from './access-examples.ts';
import { aftermathExamples } from './aftermath-examples.ts';
import { clusterExamples } from './cluster-examples.ts';
import type { CheckExample } from './example.ts';
import { hookExamples } from './hook-examples.ts';
import { replicationExamples } from './replication-examples.ts';
import { sessionExamples } from './session-examples.ts';
import { targetExamples } from './target-examples.ts';

/** For tests, and for the pictures of the review page: every check, firing and fixed. */
export const checkExamples: readonly CheckExample[] = [
  ...targetExamples,
  ...hookExamples,
  ...replicationExamples,
  ...clusterExamples,
  ...sessionExamples,
  ...accessExamples,
  ...aftermathExamples,
];
