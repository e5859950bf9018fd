import type { Actor } from '../access/actor.ts';
import { maySeeOperation } from '../access/scope.ts';
import type { ServerEvent } from '../contract/events.ts';

/** Whether the actor may hear of it: a token for a takeover hears of its cluster and of the takeovers of its server. */
export function visibleTo(actor: Actor, event: ServerEvent): boolean {
  if (actor.takeover === null) return true;
  if (event.kind === 'snapshot') return event.value.name === actor.takeover.cluster;
  return event.kind === 'operation' && maySeeOperation(actor, event.value);
}
