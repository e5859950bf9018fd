import type { Work } from './connection.ts';
import { isOfStore } from './sqlite-errors.ts';

/** One write: alone in its transaction, or with others. */
export interface Piece {
  /** Answers what tells its caller, once it is on the disk. */
  readonly run: (work: Work) => () => void;
  readonly failed: (error: unknown) => void;
}

/** That work, as a piece, and its end. `failed` is told of a failure before the promise is. */
export function pieceOf<T>(
  act: (work: Work) => T,
  failed: (error: unknown) => void = () => undefined,
): { readonly piece: Piece; readonly promise: Promise<T> } {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const run: Piece['run'] = (work) => {
    const result = act(work);
    return () => resolve(result);
  };
  const fail: Piece['failed'] = (error) => {
    failed(error);
    reject(error);
  };
  return { piece: { run, failed: fail }, promise };
}

/** Runs them one after the other, and answers what tells each caller. One that refuses for a reason of its own leaves the others. */
export function inOrder(work: Work, pieces: readonly Piece[]): (() => void)[] {
  return pieces.map((piece) => {
    if (pieces.length === 1) return piece.run(work);
    work.run('SAVEPOINT piece');
    let tell: () => void;
    try {
      tell = piece.run(work);
    } catch (error) {
      // With a failure of the store itself the whole transaction is over.
      if (isOfStore(error)) throw error;
      work.run('ROLLBACK TO piece');
      tell = () => piece.failed(error);
    }
    work.run('RELEASE piece');
    return tell;
  });
}
