import type { Tool } from './tool.ts';

/**
 * Waits for the pipes and all tools. At the first failure all of it is ended, and awaited, before this rejects: with the
 * signal's reason, else what `disk` says of the error, else the tool's own last words.
 */
export async function untilBroken(
  tools: readonly Tool[],
  signal: AbortSignal,
  pipes: readonly Promise<void>[],
  disk: (error: unknown) => string | null = () => null,
): Promise<void> {
  const succeeded = tools.map(async (tool) => {
    const reason = await tool.ended;
    if (reason !== null) throw new Error(reason);
  });
  try {
    await Promise.all([...pipes, ...succeeded]);
  } catch (error) {
    for (const tool of tools) tool.kill();
    const reasons = await Promise.all(tools.map((tool) => tool.ended));
    await Promise.allSettled(pipes);
    if (signal.aborted) throw signal.reason;
    // What was found in the bytes themselves is the cause, also where a tool complained that they ended.
    if (isOwn(error, reasons)) throw error;
    // A pipe breaks because a tool ended: the tool's own words say more than EPIPE.
    const spoken = reasons.find(
      (reason) => reason !== null && !reason.includes('SIGKILL') && !reason.includes('SIGPIPE'),
    );
    const trouble = disk(error);
    if (trouble !== null) throw new Error(trouble, { cause: error });
    throw spoken === undefined || spoken === null ? error : new Error(spoken, { cause: error });
  }
}

/** Neither a system's error, which has a code, nor a tool's words. */
function isOwn(error: unknown, reasons: readonly (string | null)[]): boolean {
  return error instanceof Error && !('code' in error) && !reasons.includes(error.message);
}
