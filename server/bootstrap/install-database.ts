import type { PrivatePlace } from './private-server.ts';
import { runTool } from './run-tool.ts';

/**
 * Makes an empty database (mariadb-install-db) with the options of the file. Root gets in over the socket only as the
 * system's root or its owner; no password is empty. Rejects with the tool's words.
 */
export async function installDatabase(
  { defaultsFile, dataDirectory, temporary, runAs }: PrivatePlace,
  signal: AbortSignal,
): Promise<void> {
  const asRoot = runAs === null && process.geteuid?.() === 0;
  const args = [
    `--defaults-file=${defaultsFile}`,
    // Else it refuses where the host's own name does not resolve.
    '--force',
    ...(asRoot ? ['--user=root'] : []),
    `--datadir=${dataDirectory}`,
    `--tmpdir=${temporary}`,
    '--skip-test-db',
    '--skip-log-bin',
    '--auth-root-authentication-method=socket',
  ];
  await runTool('mariadb-install-db', args, { signal, runAs });
}
