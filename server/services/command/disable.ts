import { execute } from './execute.ts';

/** Disables the service by its command. Rejects with what the command said when it does not end with 0. */
export async function disableByCommand(argv: readonly string[]): Promise<void> {
  const { exitCode, output } = await execute(argv);
  if (exitCode !== 0) throw new Error(`${argv[0]} ended with code ${exitCode}: ${output}`);
}
