import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The version of the mariadbd that would be started here, "10.11.19-MariaDB-0+deb12u1". Rejects where there is none. */
export async function installedVersion(): Promise<string> {
  const { stdout } = await run('mariadbd', ['--no-defaults', '--version'], { timeout: 10_000 }).catch(
    (error: unknown) => {
      throw new Error(`mariadbd could not be asked for its version: ${error instanceof Error ? error.message : ''}`);
    },
  );
  const version = /Ver (\S+)/.exec(stdout)?.[1];
  if (version === undefined) throw new Error(`mariadbd --version says nothing of a version: ${stdout.trim()}`);
  return version;
}
