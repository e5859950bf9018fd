import { startTool, type RunAs } from '../backups/tool.ts';

/** Runs a tool to its end. Rejects with its last words, or with the signal's reason once it has been ended. */
export async function runTool(
  command: string,
  args: readonly string[],
  { signal, runAs = null }: { readonly signal: AbortSignal; readonly runAs?: RunAs | null },
): Promise<void> {
  signal.throwIfAborted();
  const tool = startTool(command, args, runAs);
  const stop = (): void => tool.kill();
  signal.addEventListener('abort', stop);
  try {
    tool.stdin.end();
    tool.stdout.resume();
    const reason = await tool.ended;
    signal.throwIfAborted();
    if (reason !== null) throw new Error(reason);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
