import { BatonError } from '../contract/errors.ts';

/** Something acts on the cluster already: which operation, or null where that is another console's, and nobody here knows it. */
export function alreadyRunning(running: { readonly id: string; readonly title: string } | null): BatonError {
  return running === null
    ? new BatonError('already-running', 'Another console acts on this cluster.', 'Look there.', { operationId: null })
    : new BatonError('already-running', `"${running.title}" is running.`, 'Wait for its end, or look at it.', {
        operationId: running.id,
      });
}
