import { BatonError } from '../../contract/errors.ts';
import type { NodeWork } from '../../contract/galera-agent.ts';
import type { Decision, GaleraView, RecoveryPlan } from '../../contract/galera.ts';
import type { Operation } from '../../contract/operation.ts';
import type { ClusterSnapshot } from '../../contract/snapshot.ts';
import { alreadyRunning } from '../../operations/already-running.ts';
import type { GaleraAgent } from '../agent.ts';
import { createRounds, type Rounds } from '../rounds/rounds.ts';
import { agentOf } from './context.ts';
import { gather } from './gather.ts';
import { lookOf } from './look.ts';
import { givenUpByStart, joinPosition, mayBeLast } from './one-node.ts';
import type { RecoveryParts } from './parts.ts';
import { differences, fingerprintOf, RecoveryPlans } from './plans.ts';
import { programOf } from './program.ts';
import { PositionRecords } from './records.ts';
import { KIND, resumption } from './resume.ts';
import { taskOf } from './task.ts';

export interface RecoveryAsked {
  readonly planId: string;
  readonly node?: string | undefined;
  readonly confirm?: string | undefined;
  readonly actor: string;
}

/** Brings one Galera cluster back. */
export interface Recoveries {
  /** What is known of every node without starting anything. Rejects with BatonError as the store does. */
  view(): Promise<Omit<GaleraView, 'canKill'>>;
  /** As view, with the positions of nodes that are down read (--wsrep-recover), and what a recovery would do. */
  plan(): Promise<RecoveryPlan>;
  /**
   * Starts it after one more look, and answers the operation's id; while it runs, the same again answers the same id.
   * Rejects with BatonError: outdated (with `differences`), refused (with the `decision`), already-running, unavailable.
   */
  start(asked: RecoveryAsked): Promise<{ operationId: string }>;
  /** The node that a plan recommends; null where that is none, or the plan is not known. */
  planned(planId: string): string | null;
  /**
   * Starts a node that is down into the running cluster, or plainly where nodes wait for it; one that has what the cluster
   * has not, or is kept down, only with its name in `confirm`: it takes a full copy, which erases that. Rejects with BatonError.
   */
  startNode(node: string, confirm?: string): Promise<NodeWork>;
  /**
   * Stops a node; one that waits for others is killed, and the last one that is Primary is stopped only with its name in
   * `confirm`. Rejects with BatonError.
   */
  stopNode(node: string, confirm?: string): Promise<NodeWork>;
  /** Stopping all in order, and restarting them one by one. */
  readonly rounds: Rounds;
  /** Takes up what a console left unfinished. */
  resume(id?: string, options?: { readonly waits: boolean }): Promise<Operation[]>;
  /** Takes in what the watch sees. */
  note(snapshot: ClusterSnapshot): Promise<void>;
}

/** The recoveries of one cluster, made from the parts that the composition root hands over. */
export function createRecoveries(parts: RecoveryParts): Recoveries {
  const { name: cluster, members } = parts.cluster;
  const records = new PositionRecords(parts.memory, cluster, parts.now);
  const plans = new RecoveryPlans(parts.now, parts.newId);
  const look = lookOf(parts, records);
  const rounds = createRounds(parts, records, look);

  /** A recovery neither runs nor begins meanwhile, at any console. */
  async function between<T>(act: () => Promise<T>): Promise<T> {
    const end = await parts.operations.between(cluster, act);
    if (end.kind === 'acted') return end.answer;
    throw alreadyRunning(end.operation);
  }

  function memberAgent(node: string): GaleraAgent {
    if (members.includes(node)) return agentOf({ parts }, node);
    throw new BatonError('not-found', `${cluster} has no node ${node}.`, `It has ${members.join(', ')}.`);
  }

  return {
    async view() {
      const { decision, reports, work, floor } = await look(false);
      const observedAt = new Date(parts.now()).toISOString();
      return { cluster, observedAt, decision, evidence: reports, work, floor };
    },

    async plan() {
      const { decision, reports } = await look(true);
      return plans.add(cluster, decision, reports);
    },

    planned: (planId) => plans.nodeOf(planId),

    async start({ planId, node: asked, confirm, actor }) {
      const plan = plans.find(planId);
      const running = await parts.operations.acting(cluster);
      if (running) return sameOrRefuse(running, asked ?? plan?.recommended ?? null);
      if (!plan) throw new BatonError('outdated', 'This plan has expired.', 'Review again.', { differences: [] });
      const { decision, reports } = await look(true);
      const node = chosen(decision, asked, confirm);
      if (fingerprintOf(decision) !== plan.fingerprint) throw outdated(plan, decision);
      const task = taskOf(cluster, decision, reports, node);
      const heading = { kind: KIND, cluster, target: node, title: `Recovery of ${cluster} from ${node}`, actor };
      const program = programOf({ task, parts, records, flag: null, left: new Set() });
      const started = await parts.operations.start({ ...heading, dryRun: false }, JSON.stringify(task), program);
      if (started.kind === 'started') return { operationId: started.operation.id };
      if (started.operation) return sameOrRefuse(started.operation, node);
      throw alreadyRunning(null);
    },

    async startNode(node, confirm) {
      const agent = memberAgent(node);
      return await between(async () => {
        const { decision, reports } = await look(true);
        const kept = reports.some((one) => one.kind === 'seen' && one.name === node && one.evidence.kept);
        const startable = decision.start.includes(node) || (kept && decision.situation === 'running');
        if (!startable) {
          const { reason } = decision.nodes.find(({ name }) => name === node) ?? { reason: '' };
          throw new BatonError('refused', `${node} is not to be started now: ${decision.text} ${reason}`, '', {
            decision,
          });
        }
        const given = givenUpByStart(decision, reports, node);
        if (given !== null && confirm !== node) {
          const message = `${node} takes a full copy when it is started, which erases ${given}.`;
          throw new BatonError('refused', message, `Copy that first; then type ${node}.`, { decision, confirm: node });
        }
        // What only it has would lie under the rows of the cluster, and nobody would notice: it takes a full copy.
        if (given !== null)
          return await agent.start({ bootstrap: false, position: null, forgetView: true, lift: true });
        return await agent.start({
          bootstrap: false,
          position: joinPosition(decision, reports, node),
          // Nodes that wait for each other find together by that very view.
          forgetView: decision.situation === 'running',
        });
      });
    },

    async stopNode(node, confirm) {
      const agent = memberAgent(node);
      return await between(async () => {
        const { reports } = await gather(parts, null);
        if (confirm !== node && mayBeLast(reports, node)) {
          const message = `No other node of ${cluster} is known to be Primary: without ${node} nobody serves.`;
          throw new BatonError('refused', message, `Type ${node} to stop it all the same.`, { confirm: node });
        }
        return await agent.stop(true);
      });
    },

    async resume(id, { waits } = { waits: true }) {
      const rows = (await parts.operations.unfinished()).filter(
        (row) => row.cluster === cluster && row.kind === KIND && (id === undefined || row.id === id),
      );
      const taken: Operation[] = [];
      for (const row of rows) {
        const decision = (entries: Parameters<typeof resumption>[3]) =>
          Promise.resolve(resumption(parts, records, row, entries));
        const view = await parts.operations.takeUp(row, decision, waits);
        if (view) taken.push(view);
      }
      return [...taken, ...(await rounds.resume(id, waits))];
    },

    rounds,
    note: async (snapshot) => await records.note(snapshot),
  };
}

/** The node that may be begun with, by the decision of now and what was typed. Throws BatonError refused. */
function chosen(decision: Decision, asked: string | undefined, confirm: string | undefined): string {
  const { recommended, text, nodes, verdict } = decision;
  const refused = (message: string, next: string, confirms: string | null = null): BatonError =>
    new BatonError('refused', message, next, { decision, confirm: confirms });
  const node = asked ?? recommended;
  if (node === null) throw refused(text, 'See what each node knows.');
  const row = nodes.find(({ name }) => name === node);
  if (!row) throw refused(`There is no node ${node}.`, `Known: ${nodes.map(({ name }) => name).join(', ')}.`);
  if (row.choice === 'impossible') throw refused(`${node} can't be chosen: ${row.reason}.`, text);
  const free = row.choice === 'recommended' && verdict === 'green';
  if (!free && confirm !== node) {
    const lost = row.givesUp.length === 0 ? row.reason : row.givesUp.join('; ');
    throw refused(
      `${node} is for a person to choose: ${lost}. Its name "${node}" must be typed.`,
      `Type ${node}.`,
      node,
    );
  }
  return node;
}

function outdated(plan: RecoveryPlan, now: Decision): BatonError {
  const changed = differences(plan, now);
  const what = changed.map(({ what: name, was, now: is }) => `${name} was ${was}, is ${is}`).join('; ');
  return new BatonError('outdated', `Things have changed since the review: ${what}.`, 'Review again.', {
    differences: changed,
  });
}

function sameOrRefuse(running: Operation, node: string | null): { operationId: string } {
  if (running.kind === KIND && running.target === node) return { operationId: running.id };
  throw alreadyRunning(running);
}
