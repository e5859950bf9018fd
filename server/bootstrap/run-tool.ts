import { startTool, type ToolOptions } from '../backups/tool.ts';

export interface RunOptions extends Pick<ToolOptions, 'runAs' | 'yielding'> {
  readonly signal: AbortSignal;
  /** Told what it prints. */
  readonly onOutput?: (chunk: Buffer) => void;
}

/**
 * Runs a tool to its end and answers what it said on standard error. Rejects with its last words, or with the signal's reason
 * once it has been ended.
 */
export async function runTool(
  command: string,
  args: readonly string[],
  { signal, onOutput, ...options }: RunOptions,
): Promise<string> {
  signal.throwIfAborted();
  const tool = startTool(command, args, options);
  const stop = (): void => tool.kill();
  signal.addEventListener('abort', stop);
  try {
    tool.stdin.end();
    tool.stdout.on('data', onOutput ?? (() => undefined));
    const reason = await tool.ended;
    signal.throwIfAborted();
    if (reason !== null) throw new Error(reason);
    return tool.log();
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
