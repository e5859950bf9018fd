import { requirePermission, type Actor } from './actor.ts';

const takeoverKinds: readonly string[] = ['switchover', 'failover', 'detach'];

/** Whether the actor is a token for the takeover of exactly this server. */
export function isForTakeoverOf({ takeover }: Actor, cluster: string, server: string): boolean {
  return takeover !== null && takeover.cluster === cluster && takeover.server === server;
}

/** Seeing a cluster: by the permission, or because one of its servers may be taken over. Throws BatonError('forbidden'). */
export function requireSight(actor: Actor, cluster: string): void {
  if (actor.takeover?.cluster !== cluster) requirePermission(actor, 'view');
}

/** Planning a takeover of the server. Throws BatonError('forbidden'). */
export function requirePlanning(actor: Actor, cluster: string, server: string): void {
  if (!isForTakeoverOf(actor, cluster, server)) requirePermission(actor, 'view');
}

/** Starting a takeover of the server. Throws BatonError('forbidden'). */
export function requireTakeover(actor: Actor, cluster: string, server: string): void {
  if (!isForTakeoverOf(actor, cluster, server)) requirePermission(actor, 'operate');
}

interface Concerned {
  readonly cluster: string;
  readonly target: string;
  readonly kind: string;
  readonly actor: string;
}

/** Whether the actor may see this operation: by the permission, or as a takeover of its server. */
export function maySeeOperation(actor: Actor, { cluster, target, kind }: Concerned): boolean {
  return (
    actor.permissions.includes('view') || (takeoverKinds.includes(kind) && isForTakeoverOf(actor, cluster, target))
  );
}

/** Cancelling or resuming it: by the permission, or as a takeover that this very token began. Throws BatonError('forbidden'). */
export function requireSteering(actor: Actor, operation: Concerned): void {
  if (actor.takeover !== null && maySeeOperation(actor, operation) && operation.actor === actor.name) return;
  requirePermission(actor, 'operate');
}
