/** Bytes on their way, which end well only when they were whole. */
export interface CopyBody {
  readonly bytes: AsyncIterable<Buffer>;
  /** Ends them at once: a reader that waits for the next one is told. */
  close(): void;
}

/**
 * Reads a body into tools by `pipe`. Where both fail, what is wrong with the bytes is the reason: the tools only complain of
 * what they were given. An abort closes the body, which a pipe can't do where its source waits.
 */
export async function readInto(
  body: CopyBody,
  signal: AbortSignal,
  pipe: (bytes: AsyncIterable<Buffer>) => Promise<void>,
): Promise<void> {
  const trouble: { error: unknown } = { error: null };
  const close = (): void => body.close();
  signal.addEventListener('abort', close);
  try {
    await pipe(
      (async function* () {
        try {
          yield* body.bytes;
        } catch (error) {
          trouble.error = error;
          throw error;
        }
      })(),
    );
  } catch (error) {
    throw signal.aborted ? error : (trouble.error ?? error);
  } finally {
    signal.removeEventListener('abort', close);
    body.close();
  }
}
