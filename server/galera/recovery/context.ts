import { setTimeout as delay } from 'node:timers/promises';
import { BatonError } from '../../contract/errors.ts';
import type { GaleraAnswer } from '../../contract/galera-agent.ts';
import type { NodeStatus } from '../../contract/galera-status.ts';
import type { Act, StepEnd } from '../../operations/step.ts';
import type { GaleraAgent } from '../agent.ts';
import { firstError } from '../parse/error-log.ts';
import { handsOf } from './hands.ts';
import type { RecoveryParts } from './parts.ts';
import type { PositionRecords } from './records.ts';
import { membersWith, type Task } from './task.ts';

/**
 * While a node starts it is looked at again after a twentieth of the time that has passed: often at first, when the first
 * write waits for it, and seldom later, since each look takes from the host what the node needs.
 */
const PART = 1 / 20;
const [SHORTEST_MS, LONGEST_MS] = [20, 500];

/** A node that starts is shown as disconnected for a moment. */
const APART_MS = 4_000;

/** What the steps of one recovery share. */
export interface RecoveryContext {
  readonly task: Task;
  readonly parts: Pick<RecoveryParts, 'cluster' | 'agent' | 'now'>;
  readonly records: PositionRecords;
  /** The text of the chosen node's grastate.dat before and after the flag was set; null before that. */
  flag: { readonly before: string; readonly after: string } | null;
  /** The nodes that did not join: the steps behind that are about the others. */
  readonly left: Set<string>;
}

/** The nodes that the cluster is made of now, as far as they have joined. */
export function joinedOf({ task, left }: RecoveryContext): string[] {
  const names = membersWith(task, 'begin', 'serving', 'join', 'copy').map(({ name }) => name);
  return names.filter((name) => !left.has(name));
}

/** Of a context, what asking nodes needs. */
export interface WithAgents {
  readonly parts: Pick<RecoveryParts, 'agent'>;
}

/** The agent beside a node. Throws BatonError where there is none. */
export function agentOf({ parts }: WithAgents, node: string): GaleraAgent {
  const agent = parts.agent(node);
  if (agent) return agent;
  throw new BatonError('unavailable', `${node} has no agent.`, 'Configure one.');
}

/** The node that it was begun with is not Primary any more: what was reached does not stand. */
export function nobodyServes({ task }: RecoveryContext, act: Act): StepEnd {
  act.followUp(handsOf.again(task));
  return { kind: 'failed', error: `${task.node} is not Primary any more`, needsHands: true };
}

/** Asks an agent to begin something; answers why it was not begun. null: it is under way, or may be: one looks. */
export async function whyNotBegun(ask: () => Promise<unknown>): Promise<string | null> {
  try {
    await ask();
    return null;
  } catch (error) {
    if (!(error instanceof BatonError)) throw error;
    return error.code === 'unavailable' || error.code === 'already-running' ? null : error.message;
  }
}

/** What the node says by SQL; null where it does not. */
export function statusIn({ evidence: { alive } }: GaleraAnswer): NodeStatus | null {
  return alive.kind === 'serving' ? alive.status : null;
}

/** As statusIn, asked now; also null where its agent does not answer. */
export async function statusOf(context: WithAgents, node: string): Promise<NodeStatus | null> {
  return await agentOf(context, node)
    .evidence()
    .then(statusIn, () => null);
}

/** Whether it is a whole member of the component that serves. */
export function isSynced(status: NodeStatus | null): status is NodeStatus {
  return status?.clusterStatus === 'primary' && status.localState === 'Synced';
}

/** Begins to start a node that is down into the cluster that runs, from its position; answers why it was not begun. */
export async function startInto(
  context: WithAgents,
  act: Act,
  node: string,
  position: string | null,
): Promise<string | null> {
  act.statement(`mariadbd${position === null ? '' : ` --wsrep-start-position=${position}`}  -- ${node}`);
  const agent = agentOf(context, node);
  return await whyNotBegun(async () => await agent.start({ bootstrap: false, position, forgetView: true }));
}

/** How a wait for a node came out. */
export type Waited =
  | { readonly kind: 'synced'; readonly status: NodeStatus }
  /** The agent says that the start has failed, or the node is down again. */
  | { readonly kind: 'ended'; readonly error: string }
  | { readonly kind: 'late'; readonly last: string };

/** Waits until the node is Synced in a Primary component. A look that fails is repeated: it says nothing about the node. */
export async function untilSynced(context: WithAgents, act: Act, node: string): Promise<Waited> {
  const agent = agentOf(context, node);
  const startedAt = performance.now();
  let last = 'nothing was heard of it';
  let apartSince: number | null = null;
  while (act.deadline.remainingMs() > 0) {
    try {
      const answer = await agent.evidence();
      const status = statusIn(answer);
      if (isSynced(status) && status.ready) return { kind: 'synced', status };
      // It has answered and left again, as after a transfer that failed: it does not come back by itself.
      apartSince = status?.clusterStatus === 'disconnected' ? (apartSince ?? performance.now()) : null;
      if (apartSince !== null && performance.now() - apartSince > APART_MS)
        return ended(act, answer, `${node} has left the cluster`);
      const { work, evidence } = answer;
      if (work.endedAt !== null && work.error !== null) return ended(act, answer, work.error);
      if (work.endedAt !== null && evidence.alive.kind === 'down')
        return ended(act, answer, `${node} was started and is down again`);
      last = status ? `${status.clusterStatus}, ${status.localState}` : evidence.alive.kind;
    } catch (error) {
      if (!(error instanceof BatonError)) throw error;
      last = error.message;
    }
    act.waitsFor(`${node} to be Synced: ${last}`);
    const pauseMs = (performance.now() - startedAt) * PART;
    await delay(Math.min(LONGEST_MS, Math.max(SHORTEST_MS, pauseMs)));
  }
  return { kind: 'late', last };
}

/** The node does not come: what its error log tells goes into the step's log, and what failed into the sentence. */
function ended(act: Act, { evidence: { errorLog } }: GaleraAnswer, error: string): Waited {
  if (errorLog.kind === 'not-read') return { kind: 'ended', error: `${error}: its error log says why` };
  act.log(errorLog.lines.map((line) => `${line}\n`).join(''));
  const said = firstError(errorLog.lines);
  return { kind: 'ended', error: said === null ? error : `${error}: ${said}` };
}

/** Why the wait ended without the node being there, in a sentence. */
export function whyNot(node: string, waited: Exclude<Waited, { kind: 'synced' }>): string {
  if (waited.kind === 'ended') return waited.error;
  return `${node} was not Synced in time; it was last seen ${waited.last}`;
}
