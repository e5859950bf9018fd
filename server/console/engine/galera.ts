import { requirePermission } from '../../access/actor.ts';
import { BatonError } from '../../contract/errors.ts';
import type { Recoveries } from '../../galera/recovery/recoveries.ts';
import { requireServer } from '../clusters.ts';
import type { Engine } from '../engine.ts';
import { auditing, whenSettled } from './audited.ts';
import type { EngineParts } from './parts.ts';

type GaleraMethods = Pick<Engine, 'galera' | 'recoveryPlan' | 'recovery' | 'roundPlan' | 'round' | 'galeraNode'>;

/** What concerns the nodes of a Galera cluster. In the audit before anything is begun. */
export function galeraMethods(parts: EngineParts): GaleraMethods {
  const { clusters } = parts;
  const recoveriesOf = (name: string): Recoveries => {
    const { recoveries } = clusters.get(name);
    if (recoveries) return recoveries;
    throw new BatonError('refused', `${name} is no Galera cluster.`, '', { checks: [] });
  };

  const audited = auditing(parts);

  return {
    async galera(actor, name) {
      requirePermission(actor, 'view');
      const view = await recoveriesOf(name).view();
      const { sandbox, sandboxKill } = clusters.get(name).configuration;
      return { ...view, canKill: sandbox && sandboxKill !== undefined };
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
      const deed = { actor, action: 'galera-recovery', cluster: name, object };
      await whenSettled(parts);
      return await audited(deed, async () => await recoveries.start({ ...request, actor: actor.name }));
    },

    async roundPlan(actor, name, asked) {
      requirePermission(actor, 'view');
      return await recoveriesOf(name).rounds.plan(asked);
    },

    async round(actor, name, request) {
      requirePermission(actor, 'operate');
      const { rounds } = recoveriesOf(name);
      const deed = { actor, action: `galera-${request.act}`, cluster: name, object: name };
      await whenSettled(parts);
      return await audited(deed, async () => await rounds.start({ ...request, actor: actor.name }));
    },

    async galeraNode(actor, name, node, act, confirm) {
      requirePermission(actor, 'operate');
      const recoveries = recoveriesOf(name);
      requireServer(clusters.get(name), node);
      await whenSettled(parts);
      return await audited({ actor, action: `galera-node-${act}`, cluster: name, object: node }, async () =>
        act === 'start' ? await recoveries.startNode(node, confirm) : await recoveries.stopNode(node, confirm),
      );
    },
  };
}
