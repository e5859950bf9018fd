import type { Decision, NodeReport } from '../../contract/galera.ts';
import type { RoundAct } from '../../contract/galera-rounds.ts';
import type { NodeStatus } from '../../contract/galera-status.ts';
import { listed } from '../decide/reading.ts';
import { wrongWith } from '../recovery/wrong-with.ts';

/** In which order nodes are taken down, or why none is. */
export interface Choice {
  readonly order: readonly string[];
  /** The history of the cluster; "" where it is blocked. */
  readonly uuid: string;
  /** Why it can't be done now, in a sentence; null: it can. */
  readonly blocked: string | null;
}

/**
 * The order of a round: from the last of the configuration to its first, which writes come to until the end, or with `last` at
 * the end. Nothing is taken down while a node is not known, or does not keep up: it may be the one that is needed.
 */
export function chooseRound(
  act: RoundAct,
  decision: Decision,
  reports: readonly NodeReport[],
  last: string | undefined,
): Choice {
  const running = servingIn(reports);
  const names = running.map(({ name }) => name);
  const end = last ?? names[0];
  const order = [...names.toReversed().filter((name) => name !== end), ...names.filter((name) => name === end)];
  const uuid = running[0]?.status.stateUuid ?? '';
  const blocked = whyBlocked(act, decision, running, uuid, last);
  return { order, uuid: blocked === null ? uuid : '', blocked };
}

/** The nodes that answer, with what they say of themselves. */
export function servingIn(reports: readonly NodeReport[]): { readonly name: string; readonly status: NodeStatus }[] {
  return reports.flatMap((report) => {
    if (report.kind === 'unknown' || report.evidence.alive.kind !== 'serving') return [];
    return [{ name: report.name, status: report.evidence.alive.status }];
  });
}

function whyBlocked(
  act: RoundAct,
  { situation, text, nodes }: Decision,
  running: ReturnType<typeof servingIn>,
  uuid: string,
  last: string | undefined,
): string | null {
  if (situation !== 'running') return text;
  const odd = nodes.find(({ alive }) => alive !== 'serving' && alive !== 'down');
  if (odd) return `${odd.name} is ${odd.alive}: ${odd.reason}.`;
  const wrong = wrongWith(running, uuid);
  if (wrong !== null) return `${wrong}: wait until all that run are Synced in one component.`;
  if (last !== undefined && !running.some(({ name }) => name === last)) return `${last} does not run.`;
  if (act === 'stop') return null;
  const down = nodes.filter(({ alive }) => alive === 'down').map(({ name }) => name);
  if (down.length > 0) return `The cluster is not whole: ${listed(down)} ${down.length === 1 ? 'is' : 'are'} down.`;
  return running.length < 2 ? 'There is one node: while it restarts nobody serves. Stop it, and bring it back.' : null;
}
