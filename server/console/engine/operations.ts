import { type Actor, requirePermission } from '../../access/actor.ts';
import { maySeeOperation, requirePlanning, requireSteering, requireTakeover } from '../../access/scope.ts';
import type { Operation } from '../../contract/operation.ts';
import type { Engine } from '../engine.ts';
import { auditing, whenSettled } from './audited.ts';
import type { EngineParts } from './parts.ts';

type OperationMethods = Pick<Engine, 'plan' | 'takeover' | 'operations' | 'operation' | 'cancel' | 'resume'>;

type Request = Parameters<Engine['takeover']>[2];

/** How many answers to an Idempotency-Key are remembered: a browser repeats within minutes. */
const rememberedKeys = 1000;

/** Acting: each act is in the audit before it is begun, so nothing is done that nobody can see. */
export function operationMethods(parts: EngineParts): OperationMethods {
  const { clusters, operations, access } = parts;
  const audited = auditing(parts);
  const answers = new Map<string, Promise<{ operationId: string }>>();

  async function begin(
    actor: Actor,
    name: string,
    request: Omit<Request, 'idempotencyKey'>,
  ): Promise<{ operationId: string }> {
    await whenSettled(parts);
    const { takeovers } = clusters.get(name);
    const action = request.dryRun ? 'takeover-dry-run' : 'takeover';
    const { target } = takeovers.planned(request.planId);
    return await audited(
      { actor, action, cluster: name, object: target },
      async (mustBeRecorded) => takeovers.start({ ...request, actor: actor.name, mustBeRecorded }),
      { soon: true },
    );
  }

  /** The operation, for who may cancel or resume it. */
  async function steered(actor: Actor, id: string): Promise<Operation> {
    if (actor.takeover === null) requirePermission(actor, 'operate');
    const found = await operations.get(id).catch((error: unknown) => {
      if (actor.takeover !== null) requirePermission(actor, 'operate');
      throw error;
    });
    requireSteering(actor, found);
    return found;
  }

  return {
    async plan(actor, name, request) {
      requirePlanning(actor, name, request.target);
      return await clusters.get(name).takeovers.plan(request);
    },

    async takeover(actor, name, { idempotencyKey, ...request }) {
      if (actor.takeover?.cluster !== name) requirePermission(actor, 'operate');
      const { takeovers } = clusters.get(name);
      // What a plan is about is in the plan: the token of one server starts no other's.
      if (actor.takeover !== null) requireTakeover(actor, name, takeovers.planned(request.planId).target);
      if (idempotencyKey === undefined) return await begin(actor, name, request);
      const key = JSON.stringify([actor.name, name, idempotencyKey]);
      const known = answers.get(key);
      if (known) return await known;
      const answer = begin(actor, name, request);
      answers.set(key, answer);
      if (answers.size > rememberedKeys) answers.delete(answers.keys().next().value ?? '');
      // What was refused did nothing: it may be asked again.
      answer.catch(() => answers.delete(key));
      return await answer;
    },

    async operations(actor, { cluster, limit, before }) {
      requirePermission(actor, 'view');
      return await operations.list({
        limit,
        ...(cluster === undefined ? {} : { cluster }),
        ...(before === undefined ? {} : { before: before.getTime() }),
      });
    },

    async operation(actor, id) {
      // Not told apart: whether there is such an operation is none of this actor's business.
      if (actor.takeover === null) requirePermission(actor, 'view');
      const found = await operations.get(id).catch((error: unknown) => {
        if (actor.takeover !== null) requirePermission(actor, 'view');
        throw error;
      });
      if (!maySeeOperation(actor, found)) requirePermission(actor, 'view');
      return found;
    },

    async cancel(actor, id) {
      const { cluster, target } = await steered(actor, id);
      const deed = { actor, action: 'operation-cancel', cluster, object: target, operationId: id };
      await access.audit.record({ ...deed, result: 'asked' });
      return await operations.cancel(id, actor.name);
    },

    async resume(actor, id) {
      const { cluster, target } = await steered(actor, id);
      const { takeovers } = clusters.get(cluster);
      const deed = { actor, action: 'operation-resume', cluster, object: target, operationId: id };
      await access.audit.record({ ...deed, result: 'asked' });
      const [taken] = await takeovers.resume(id);
      return taken ?? (await operations.get(id));
    },
  };
}
