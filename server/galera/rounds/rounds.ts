import { BatonError } from '../../contract/errors.ts';
import type { RoundPlan, RoundPlanRequest, RoundRequest } from '../../contract/galera-rounds.ts';
import type { Operation } from '../../contract/operation.ts';
import { alreadyRunning } from '../../operations/already-running.ts';
import type { Look } from '../recovery/look.ts';
import type { RecoveryParts } from '../recovery/parts.ts';
import type { PositionRecords } from '../recovery/records.ts';
import { chooseRound, type Choice } from './choose.ts';
import { plannedSteps, programOf } from './program.ts';
import { resumption } from './resume.ts';
import { lastOf, type Round, type RoundContext } from './task.ts';

/** The kinds under which rounds are in the journal. */
const kinds = { stop: 'galera-stop', restart: 'galera-restart' } as const;

/** Takes the nodes of one cluster down in their order: all of them, or one at a time. */
export interface Rounds {
  /** What a round would do, and what forbids it; changes nothing. Rejects as the store does. */
  plan(asked: RoundPlanRequest): Promise<RoundPlan>;
  /**
   * Starts it and answers the operation's id; while it runs, the same again (by its last node) answers the same id. Rejects with BatonError:
   * outdated (with `differences`), refused (with `confirm` where a name must be typed), already-running, unavailable.
   */
  start(asked: RoundRequest & { readonly actor: string }): Promise<{ operationId: string }>;
  /** Takes up what a console left unfinished: it goes on, and each step looks first, or is undone where it had failed. */
  resume(id: string | undefined, waits: boolean): Promise<Operation[]>;
}

export function createRounds(parts: RecoveryParts, records: PositionRecords, look: Look): Rounds {
  const { name: cluster, members } = parts.cluster;
  const contextOf = (round: Round): RoundContext => ({
    round,
    parts,
    look,
    records,
    stoppedAt: null,
    stopped: new Set(),
    failed: new Map(),
  });

  async function choose({ act, last }: RoundPlanRequest): Promise<Choice> {
    if (last !== undefined && !members.includes(last))
      throw new BatonError('not-found', `${cluster} has no node ${last}.`, `It has ${members.join(', ')}.`);
    const { decision, reports } = await look(false);
    return chooseRound(act, decision, reports, last);
  }

  return {
    async plan(asked) {
      const { order, uuid, blocked } = await choose(asked);
      return {
        cluster,
        act: asked.act,
        order: [...order],
        text: textOf(cluster, asked.act, order),
        blocked,
        steps: blocked === null ? plannedSteps({ cluster, act: asked.act, order: [...order], uuid }) : [],
        confirm: asked.act === 'stop' ? cluster : null,
        command: commandOf(cluster, asked),
        observedAt: new Date(parts.now()).toISOString(),
      };
    },

    async start({ act, order, confirm, actor }) {
      const running = await parts.operations.acting(cluster);
      if (running) return same(running, act, order.at(-1));
      const choice = await choose({ act, last: order.at(-1) });
      if (choice.blocked !== null)
        throw new BatonError('refused', `${choice.blocked} Nothing is stopped.`, 'See what each node says.', {
          blocked: choice.blocked,
        });
      if (choice.order.join() !== order.join()) throw outdated(order, choice.order);
      if (act === 'stop' && confirm !== cluster)
        throw new BatonError('refused', `Nobody serves ${cluster} when it is stopped.`, `Type ${cluster}.`, {
          confirm: cluster,
        });
      const round: Round = { cluster, act, order: [...choice.order], uuid: choice.uuid };
      const last = lastOf(round);
      const title =
        act === 'stop' ? `Stop of ${cluster} in order, ${last} last` : `Restart of ${cluster}, node by node`;
      const heading = { kind: kinds[act], cluster, target: last, title, actor, dryRun: false };
      const started = await parts.operations.start(heading, JSON.stringify(round), programOf(contextOf(round)));
      if (started.kind === 'started') return { operationId: started.operation.id };
      if (started.operation) return same(started.operation, act, last);
      throw alreadyRunning(null);
    },

    async resume(id, waits) {
      const rows = (await parts.operations.unfinished()).filter(
        (row) =>
          row.cluster === cluster &&
          Object.values<string>(kinds).includes(row.kind) &&
          (id === undefined || row.id === id),
      );
      const taken: Operation[] = [];
      for (const row of rows) {
        const decide = (entries: Parameters<typeof resumption>[2]) =>
          Promise.resolve(resumption(contextOf, row, entries));
        const view = await parts.operations.takeUp(row, decide, waits);
        if (view) taken.push(view);
      }
      return taken;
    },
  };
}

function textOf(cluster: string, act: RoundPlanRequest['act'], order: readonly string[]): string {
  const last = order.at(-1);
  if (last === undefined) return `No node of ${cluster} runs.`;
  if (act === 'restart')
    return `Each node restarts, one after the other: ${order.join(', ')}. The others serve meanwhile.`;
  return `All nodes stop, one after the other: ${order.join(', ')}. From the stop of ${last} on nobody serves; ${last} begins the cluster again.`;
}

function commandOf(cluster: string, { act, last }: RoundPlanRequest): string {
  return `baton galera ${act} ${cluster}${last === undefined ? '' : ` --last ${last}`}${act === 'stop' ? ` --confirm ${cluster}` : ''}`;
}

function same(running: Operation, act: RoundPlanRequest['act'], last: string | undefined): { operationId: string } {
  if (running.kind === kinds[act] && running.target === last) return { operationId: running.id };
  throw alreadyRunning(running);
}

function outdated(was: readonly string[], now: readonly string[]): BatonError {
  const changed = { what: 'the order', was: was.join(', '), now: now.join(', ') };
  return new BatonError('outdated', `The order was ${changed.was}, and is ${changed.now}.`, 'Review again.', {
    differences: [changed],
  });
}
