import { execute } from '../command/execute.ts';
import type { ServerControl } from '../server-control.ts';

/** By commands of the host, which return when the server is up or down. */
export function commandSwitch(
  argv: { readonly start: readonly string[]; readonly stop: readonly string[]; readonly status: readonly string[] },
  timeoutMs: number,
): ServerControl {
  const running = async (): Promise<boolean> => (await execute(argv.status)).exitCode === 0;
  const run = async (command: readonly string[]): Promise<void> => {
    const { exitCode, output } = await execute(command, timeoutMs);
    if (exitCode !== 0) throw new Error(`${command.join(' ')} ended with code ${exitCode}: ${output}`);
  };
  return {
    running,
    async stop() {
      if (await running()) await run(argv.stop);
    },
    async start() {
      if (!(await running())) await run(argv.start);
    },
  };
}
