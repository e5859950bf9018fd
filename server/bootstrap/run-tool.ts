import { lastWords, startTool, type RunAs } from '../backups/tool.ts';

const KEPT_CHARS = 8000;

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
    let printed = '';
    tool.stdout.on('data', (chunk: Buffer) => (printed = (printed + chunk.toString()).slice(-KEPT_CHARS)));
    const reason = await tool.ended;
    signal.throwIfAborted();
    // mariadb-install-db complains there.
    const complaint = tool.log() === '' ? lastWords(printed) : '';
    if (reason !== null) throw new Error(complaint === '' ? reason : `${reason}: ${complaint}`);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
