import type { TableChecksums } from '../../contract/galera-agent.ts';
import { done, failed, skipped, type Step } from '../../operations/step.ts';
import { agentOf, joinedOf, type RecoveryContext } from './context.ts';

/** For each of two readings; small tables first, so that a large database is compared in part. */
const READ_MS = 15_000;
const DEADLINE_MS = 60_000;

/** What two readings of each node come to. */
export interface Comparison {
  readonly same: readonly string[];
  readonly different: readonly string[];
  /** Written to meanwhile, or not read everywhere. */
  readonly untold: number;
}

/**
 * A table differs where two nodes have different checksums that do not change: one that is being written to changes from one
 * reading to the next.
 */
export function compareReadings(
  readings: readonly { readonly first: TableChecksums; readonly second: TableChecksums }[],
): Comparison {
  const names = [...new Set(readings.flatMap(({ first }) => Object.keys(first.tables)))];
  const [same, different]: [string[], string[]] = [[], []];
  for (const name of names) {
    const sums = readings.map(({ first, second }) => ({ first: first.tables[name], second: second.tables[name] }));
    const stable = sums.flatMap(({ first, second }) => (first !== undefined && first === second ? [first] : []));
    if (new Set(stable).size > 1) different.push(name);
    else if (stable.length === readings.length) same.push(name);
  }
  const skippedTables = Math.max(0, ...readings.map(({ first, second }) => Math.max(first.skipped, second.skipped)));
  return { same, different, untold: names.length - same.length - different.length + skippedTables };
}

/** The rows of all nodes are compared: silent divergence is what a wrong bootstrap leaves behind. */
export function compareRows(): Step<RecoveryContext> {
  return {
    id: 'compare',
    name: 'compare rows',
    server: 'all',
    deadlineMs: DEADLINE_MS,
    async run(context) {
      const nodes = joinedOf(context);
      if (nodes.length < 2) return skipped('one node has nothing to be compared with');
      const read = async (node: string): Promise<TableChecksums> => await agentOf(context, node).checksums(READ_MS);
      const first = await Promise.all(nodes.map(read));
      const second = await Promise.all(nodes.map(read));
      const empty: TableChecksums = { tables: {}, skipped: 0 };
      const { same, different, untold } = compareReadings(
        first.map((one, place) => ({ first: one, second: second[place] ?? empty })),
      );
      if (different.length > 0)
        return failed(
          `the nodes have different rows in ${different.slice(0, 10).join(', ')}: compare them before more is written`,
        );
      const rest = untold === 0 ? '' : `; ${untold} were written to meanwhile, or too large to be read`;
      return done(`${same.length} tables have the same rows on ${nodes.join(', ')}${rest}`);
    },
  };
}
