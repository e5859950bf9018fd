import { join } from 'node:path';
import { complaintsIn } from './error-log.ts';
import type { PrivatePlace } from './private-arguments.ts';
import { runTool } from './run-tool.ts';

/**
 * Makes an empty database (mariadb-install-db) with the options of the file. Its root gets in over the socket as the
 * system's root or its owner; `normal`: as anybody, without a password. Rejects with the tool's words.
 */
export async function installDatabase(
  { defaultsFile, dataDirectory, temporary, runAs, yielding }: PrivatePlace,
  signal: AbortSignal,
  root: 'socket' | 'normal' = 'socket',
): Promise<void> {
  const asRoot = runAs === null && process.geteuid?.() === 0;
  const errorLog = join(temporary, 'install.err');
  const args = [
    `--defaults-file=${defaultsFile}`,
    // Else it refuses where the host's own name does not resolve.
    '--force',
    ...(asRoot ? ['--user=root'] : []),
    `--datadir=${dataDirectory}`,
    `--tmpdir=${temporary}`,
    `--log-error=${errorLog}`,
    '--skip-test-db',
    '--skip-log-bin',
    `--auth-root-authentication-method=${root}`,
  ];
  await runTool('mariadb-install-db', args, { signal, runAs, yielding }).catch(async (error: unknown) => {
    if (signal.aborted) throw error;
    throw new Error(`mariadb-install-db failed: ${await complaintsIn(errorLog)}`, { cause: error });
  });
}
