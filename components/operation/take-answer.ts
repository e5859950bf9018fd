import type { Operation } from '../../server/contract/operation.ts';
import type { LiveStore } from '../live/live-store.ts';

/**
 * Takes the answer to a request in. The stream may have told of the end before it arrived: an answer never takes that
 * back. (An operation that is resumed runs again by what the stream says.)
 */
export function takeAnswer(store: LiveStore, value: Operation): void {
  const told = store.state().operations[value.id]?.outcome ?? null;
  if (told !== null && value.outcome === null) return;
  store.send({ kind: 'operation', value, heardMs: store.clock.now(performance.now()) });
}
