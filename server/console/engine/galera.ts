import { requirePermission, type Actor } from '../../access/actor.ts';
import { BatonError, messageOf } from '../../contract/errors.ts';
import type { Recoveries } from '../../galera/recovery/recoveries.ts';
import { requireServer } from '../clusters.ts';
import type { Engine } from '../engine.ts';
import type { EngineParts } from './parts.ts';

type GaleraMethods = Pick<Engine, 'galera' | 'recoveryPlan' | 'recovery' | 'galeraNode'>;

/** What concerns the nodes of a Galera cluster. In the audit before anything is begun. */
export function galeraMethods({ clusters, access, logger, settled, stopping }: EngineParts): GaleraMethods {
  const recoveriesOf = (name: string): Recoveries => {
    const { recoveries } = clusters.get(name);
    if (recoveries) return recoveries;
    throw new BatonError('refused', `${name} is no Galera cluster.`, '', { checks: [] });
  };

  async function audited<T>(
    actor: Actor,
    record: { action: string; cluster: string; object: string },
    act: () => Promise<T>,
  ): Promise<T> {
    await settled;
    if (stopping()) throw new BatonError('unavailable', 'The console is ending.', 'Try again when it is back.');
    await access.audit.record({ actor, ...record, result: 'asked' });
    try {
      return await act();
    } catch (error) {
      const result = `refused: ${messageOf(error)}`;
      await access.audit
        .record({ actor, ...record, result })
        .catch((failure: unknown) =>
          logger.error({ err: failure, ...record, result }, 'a refusal is not in the audit'),
        );
      throw error;
    }
  }

  return {
    async galera(actor, name) {
      requirePermission(actor, 'view');
      return await recoveriesOf(name).view();
    },

    // It has InnoDB recover on nodes that are down: that is for who may act.
    async recoveryPlan(actor, name) {
      requirePermission(actor, 'operate');
      return await recoveriesOf(name).plan();
    },

    async recovery(actor, name, request) {
      requirePermission(actor, 'operate');
      const recoveries = recoveriesOf(name);
      const object = request.node ?? recoveries.planned(request.planId) ?? name;
      const record = { action: 'galera-recovery', cluster: name, object };
      return await audited(actor, record, async () => await recoveries.start({ ...request, actor: actor.name }));
    },

    async galeraNode(actor, name, node, act, confirm) {
      requirePermission(actor, 'operate');
      const recoveries = recoveriesOf(name);
      requireServer(clusters.get(name), node);
      return await audited(actor, { action: `galera-node-${act}`, cluster: name, object: node }, async () =>
        act === 'start' ? await recoveries.startNode(node, confirm) : await recoveries.stopNode(node, confirm),
      );
    },
  };
}
