import { z } from 'zod';
import { roundAct } from '../../contract/galera-rounds.ts';
import { historyId } from '../../contract/galera-status.ts';
import type { Act } from '../../operations/step.ts';
import type { RecoveryParts } from '../recovery/parts.ts';
import type { Look } from '../recovery/look.ts';
import type { PositionRecords } from '../recovery/records.ts';

/** What a round is to do, as it goes into the journal: enough to take it up again. */
export const round = z.object({
  cluster: z.string(),
  act: roundAct,
  order: z.array(z.string()).min(1),
  /** The history of the cluster when it began. */
  uuid: historyId,
});
export type Round = z.infer<typeof round>;

/** What the steps of one round share. */
export interface RoundContext {
  readonly round: Round;
  readonly parts: Pick<RecoveryParts, 'cluster' | 'agent' | 'now'>;
  readonly look: Look;
  readonly records: PositionRecords;
  /** Where the last node has stopped; null before that. */
  stoppedAt: string | null;
  /** Nodes that this round has told to stop and has not seen to serve since, by the journal: an undo starts these alone. */
  readonly stopped: Set<string>;
  /** Nodes whose start has failed here, and why, by the journal: they are not started again without somebody having looked. */
  readonly failed: Map<string, string>;
}

/** The names under which the journal has both. */
export const stoppedMark = (node: string): string => `stopped-${node}`;
export const failedMark = (node: string): string => `failed-${node}`;

/** It serves, or was not stopped: there is nothing for an undo to start. */
export function notStopped(context: RoundContext, act: Act, node: string): void {
  context.stopped.delete(node);
  act.remember(stoppedMark(node), false);
}

/** Its start has failed: whoever takes this up does not try it again. */
export function startFailed(context: RoundContext, act: Act, node: string, why: string): void {
  context.failed.set(node, why);
  act.remember(failedMark(node), why);
}

/** The node that is taken down last. */
export function lastOf({ order }: Pick<Round, 'order'>): string {
  return order.at(-1) ?? '';
}
