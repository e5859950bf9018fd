import type { Decision, KnownPosition, NodeReport } from '../../contract/galera.ts';
import { decideAllDown } from './all-down.ts';
import { decideRunning } from './running.ts';
import { read, type Reading } from './reading.ts';
import { decideSurvivors } from './survivors.ts';
import { decideWaiting } from './waiting.ts';

/** All that a decision is made from. */
export interface DecisionInput {
  /** Every configured node, in the order of the configuration. */
  readonly members: readonly string[];
  readonly reports: readonly NodeReport[];
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Where the cluster stood after its last recovery or stop; null where there was none. */
  readonly floor: KnownPosition | null;
  /** Where the console saw each node last, while it ran. */
  readonly lastSeen: ReadonlyMap<string, KnownPosition>;
}

/** The input, read. */
export interface Scene extends Omit<DecisionInput, 'reports'> {
  readonly readings: readonly Reading[];
  readonly reports: ReadonlyMap<string, NodeReport>;
}

/**
 * Which node may bootstrap the cluster, and why not the others. Pure. It never guesses: a node of which nothing is known
 * may be the one with the last transaction, or run.
 */
export function decide(input: DecisionInput): Decision {
  const reports = new Map(input.reports.map((report) => [report.name, report]));
  const readings = input.members.map((name) =>
    read(reports.get(name) ?? { kind: 'unknown', name, reason: 'nothing was heard of it' }, input.now),
  );
  const scene = { ...input, readings, reports };
  return decideRunning(scene) ?? decideSurvivors(scene) ?? decideWaiting(scene) ?? decideAllDown(scene);
}
