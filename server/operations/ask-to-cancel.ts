import { isObject, type Entry } from './journal.ts';
import { instant, type Run } from './run.ts';

/**
 * Ends the waits of a run, which then restores; who asks first is told of. Whoever takes it up after us goes back as well: that
 * is on disk when it resolves. A store that can't be written holds no cancel up. Nothing where it comes too late.
 */
export async function askToCancel<C>(run: Run<C>, by: string): Promise<void> {
  if (run.passed || run.cancel.signal.aborted) return;
  run.view.change({ cancelRequested: true, cancelAsked: { at: instant(run.now()), by } });
  run.cancel.abort();
  await run.journal.write('', 'note', { cancel: by }).catch(() => undefined);
}

/** When and by whom it was first asked to stop and restore, by the journal; null: by nobody. */
export function cancelAsked(entries: readonly Entry[]): { at: string; by: string } | null {
  for (const { at, kind, data } of entries) {
    if (kind === 'note' && isObject(data) && typeof data['cancel'] === 'string')
      return { at: instant(at), by: data['cancel'] };
  }
  return null;
}
