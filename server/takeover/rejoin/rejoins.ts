import { BatonError } from '../../contract/errors.ts';
import type { Operation } from '../../contract/operation.ts';
import type { ExtraTransactions, RejoinPlan } from '../../contract/rejoin.ts';
import { newContext } from '../context.ts';
import { handsOf } from '../hands.ts';
import type { TakeoversParts } from '../parts.ts';
import { programOf, stepParts } from '../program.ts';
import { gatherRejoin } from './gather-rejoin.ts';
import { planRejoin } from './rejoin-plan.ts';

export interface RejoinRequest {
  readonly server: string;
  readonly dryRun: boolean;
  readonly actor: string;
}

/** Makes servers of one cluster replicas of its primary again, and tells what only they have. */
export interface Rejoins {
  /** Looks at every server and answers what a rejoin would do. Changes nothing. The server is one of the cluster's. */
  plan(server: string): Promise<RejoinPlan>;
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
  const begun = new Map<string, Promise<{ operationId: string }>>();

  async function started({ server, dryRun, actor }: RejoinRequest): Promise<{ operationId: string }> {
    const running = parts.operations.running(parts.cluster.name);
    if (running) return sameOrRefuse(running, server, dryRun);
    const { plan, task } = planRejoin(await gatherRejoin(parts, server), { dryRun, budgetSeconds });
    // What began during the look explains what it saw.
    const meanwhile = parts.operations.running(parts.cluster.name);
    if (meanwhile) return sameOrRefuse(meanwhile, server, dryRun);
    if (plan.blocked || task === null) throw refusal(plan);
    const heading = {
      kind: 'rejoin',
      cluster: task.cluster,
      target: server,
      title: `${dryRun ? 'Dry run: rejoin' : 'Rejoin'} of ${server} to ${task.target} in ${task.cluster}`,
      actor,
      dryRun,
    };
    const program = programOf(task, newContext(task, stepParts(parts)), () => Promise.resolve());
    const answer = await parts.operations.start(heading, JSON.stringify(task), program);
    if (answer.kind === 'started') return { operationId: answer.operation.id };
    if (answer.operation) return sameOrRefuse(answer.operation, server, dryRun);
    throw new BatonError('already-running', 'Another console acts on this cluster.', 'Look there.', {
      operationId: null,
    });
  }

  return {
    plan: async (server) => planRejoin(await gatherRejoin(parts, server), { dryRun: false, budgetSeconds }).plan,
    async start(request) {
      // Two clicks at once look at the servers once: the second look would fall into the steps of the first.
      const key = JSON.stringify([request.server, request.dryRun]);
      const answer = begun.get(key) ?? started(request).finally(() => begun.delete(key));
      begun.set(key, answer);
      return await answer;
    },
    async extraTransactions(server) {
      const { plan } = planRejoin(await gatherRejoin(parts, server), { dryRun: false, budgetSeconds });
      if (plan.extraTransactions) return plan.extraTransactions;
      const blocks = plan.checks.filter(({ level }) => level === 'block').map(({ text }) => text);
      throw new BatonError('unavailable', `What only ${server} has can't be told: ${blocks.join('; ')}.`);
    },
  };
}

function sameOrRefuse(running: Operation, server: string, dryRun: boolean): { operationId: string } {
  if (running.kind === 'rejoin' && running.target === server && running.dryRun === dryRun)
    return { operationId: running.id };
  throw new BatonError('already-running', `"${running.title}" is running.`, 'Wait for its end, or look at it.', {
    operationId: running.id,
  });
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
