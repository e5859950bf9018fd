import { BatonError } from '../../contract/errors.ts';
import type { Operation } from '../../contract/operation.ts';
import type { ExtraTransactions, RejoinPlan } from '../../contract/rejoin.ts';
import { alreadyRunning } from '../../operations/already-running.ts';
import { newContext } from '../context.ts';
import { handsOf } from '../hands.ts';
import type { TakeoversParts } from '../parts.ts';
import { programOf, stepParts } from '../program.ts';
import { gatherRejoin } from './gather-rejoin.ts';
import type { Task } from '../task.ts';
import { planRejoin } from './rejoin-plan.ts';

export interface RejoinRequest {
  readonly server: string;
  readonly dryRun: boolean;
  /** The server gets a copy of the primary's data, and its own are kept: `confirm` is its name then. */
  readonly setAside: boolean;
  readonly confirm?: string | undefined;
  readonly actor: string;
}

/** Makes servers of one cluster replicas of its primary again, and tells what only they have. */
export interface Rejoins {
  /** Looks at every server and answers what a rejoin would do. Changes nothing. The server is one of the cluster's. */
  plan(server: string, setAside?: boolean): Promise<RejoinPlan>;
  /**
   * Starts it after a look at every server, and answers the operation's id at once; while it runs, the same server again
   * answers the same id. Rejects with BatonError: refused (with `checks`, `extraTransactions` and `followUps`),
   * already-running (with `operationId`), unavailable.
   */
  start(request: RejoinRequest): Promise<{ operationId: string }>;
  /** Looks at both servers now. Rejects with BatonError('unavailable') where it can't be told. */
  extraTransactions(server: string): Promise<ExtraTransactions>;
}

/** The rejoins of one cluster, made from the parts that the composition root hands over. */
export function createRejoins(parts: TakeoversParts): Rejoins {
  const { budgetSeconds } = parts.cluster.takeover;
  const options = () => ({ dryRun: false, budgetSeconds, reseedId: parts.newId() });
  const begun = new Map<string, Promise<{ operationId: string }>>();

  async function started(asked: RejoinRequest): Promise<{ operationId: string }> {
    const { server, dryRun, setAside, confirm, actor } = asked;
    const running = await parts.operations.acting(parts.cluster.name);
    if (running) return sameOrRefuse(running, asked);
    const { plan, task } = planRejoin(await gatherRejoin(parts, server, setAside), { ...options(), dryRun });
    // What began during the look explains what it saw.
    const meanwhile = await parts.operations.acting(parts.cluster.name);
    if (meanwhile) return sameOrRefuse(meanwhile, asked);
    if (plan.blocked || task === null) throw refusal(plan);
    // A dry run replaces nothing, so nothing has to be typed for it.
    if (plan.confirm !== null && confirm !== plan.confirm && !dryRun) throw unconfirmed(plan);
    const heading = {
      kind: task.kind,
      cluster: task.cluster,
      target: server,
      title: titleOf(server, task),
      actor,
      dryRun,
    };
    const program = programOf(task, newContext(task, stepParts(parts)), () => Promise.resolve());
    const answer = await parts.operations.start(heading, JSON.stringify(task), program);
    if (answer.kind === 'started') return { operationId: answer.operation.id };
    if (answer.operation) return sameOrRefuse(answer.operation, asked);
    throw alreadyRunning(null);
  }

  return {
    plan: async (server, setAside = false) => planRejoin(await gatherRejoin(parts, server, setAside), options()).plan,
    async start(request) {
      // Two clicks at once look at the servers once: the second look would fall into the steps of the first.
      const key = JSON.stringify([request.server, request.dryRun, request.setAside, request.confirm]);
      const answer = begun.get(key) ?? started(request).finally(() => begun.delete(key));
      begun.set(key, answer);
      return await answer;
    },
    async extraTransactions(server) {
      const { plan } = planRejoin(await gatherRejoin(parts, server, false), options());
      if (plan.extraTransactions) return plan.extraTransactions;
      const blocks = plan.checks.filter(({ level }) => level === 'block').map(({ text }) => text);
      throw new BatonError('unavailable', `What only ${server} has can't be told: ${blocks.join('; ')}.`);
    },
  };
}

function sameOrRefuse(
  running: Operation,
  { server, dryRun, setAside }: Pick<RejoinRequest, 'server' | 'dryRun' | 'setAside'>,
): { operationId: string } {
  const kind = setAside ? 'reseed' : 'rejoin';
  if (running.kind === kind && running.target === server && running.dryRun === dryRun)
    return { operationId: running.id };
  throw alreadyRunning(running);
}

function titleOf(server: string, { kind, target, cluster, dryRun }: Task): string {
  const title =
    kind === 'reseed'
      ? `rejoin of ${server} to ${target} in ${cluster} with a copy of its data`
      : `rejoin of ${server} to ${target} in ${cluster}`;
  return dryRun ? `Dry run: ${title}` : `R${title.slice(1)}`;
}

function unconfirmed({ server, checks, confirm }: RejoinPlan): BatonError {
  const text = `This replaces the data of ${server}, which are kept beside: its name "${server}" must be typed.`;
  return new BatonError('refused', text, `Type ${server}.`, { checks, confirm });
}

function refusal({ cluster, server, primary, checks, extraTransactions }: RejoinPlan): BatonError {
  const blocks = checks.filter(({ level }) => level === 'block');
  const owns = extraTransactions !== null && extraTransactions.count > 0 && primary !== null;
  return new BatonError(
    'refused',
    blocks.map(({ text }) => text).join('; '),
    blocks.flatMap(({ fix }) => fix ?? []).join(' '),
    { checks, extraTransactions, followUps: owns ? handsOf.own(cluster, server, primary) : [] },
  );
}
