import { BatonError } from '../contract/errors.ts';

/** Primary result codes of SQLite (https://sqlite.org/rescode.html); the extended code has them in its low byte. */
const busy = 5;
const locked = 6;

const reasons: Record<number, { what: string; next: string }> = {
  [busy]: { what: 'is locked by another process', next: 'End the process that holds it (fuser FILE names it).' },
  [locked]: { what: 'is locked by another statement', next: 'Try again.' },
  7: { what: 'cannot be used: memory is short', next: 'Free memory on the host of the console.' },
  8: {
    what: 'cannot be written: it is read-only',
    next: "Give the console's user write permission on it and its folder.",
  },
  10: {
    what: 'cannot be read or written: the disk answers with an error',
    next: 'Look at the disk and the kernel log.',
  },
  11: { what: 'is damaged', next: 'Restore it from a copy, or move it away: Baton then starts with an empty one.' },
  13: { what: 'cannot be written: the disk is full', next: 'Free space where the store stands.' },
  14: { what: 'cannot be opened', next: 'Look whether its folder exists and belongs to the user of the console.' },
  26: { what: 'is not a SQLite database', next: 'Name another file in console.store, or move this one away.' },
};

function codeOf(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return null;
  return error.errcode & 0xff;
}

/** True for what the machine does to the store: no statement works then. */
export function isOfStore(error: unknown): boolean {
  const code = codeOf(error);
  return code !== null && reasons[code] !== undefined;
}

/** True when another connection holds the lock: worth another try a little later. */
export function isBusy(error: unknown): boolean {
  return codeOf(error) === busy;
}

/**
 * The error a caller shall see: BatonError('unavailable') for what the machine does to us (locked, full, read-only,
 * damaged, closed); everything else is a bug and comes back as it is.
 */
export function storeError(error: unknown, file: string): unknown {
  if (error instanceof Error && 'code' in error && error.code === 'ERR_INVALID_STATE') {
    return new BatonError('unavailable', `The store ${file} is closed.`, 'Start the console again.');
  }
  const code = codeOf(error);
  const reason = code === null ? undefined : reasons[code];
  if (reason === undefined) return error;
  return new BatonError('unavailable', `The store ${file} ${reason.what}.`, reason.next);
}
