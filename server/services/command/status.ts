import { execute } from './execute.ts';

/** True when the status command ends with 0, as `systemctl is-enabled` does. */
export async function commandStatus(argv: readonly string[]): Promise<boolean> {
  return (await execute(argv)).exitCode === 0;
}
