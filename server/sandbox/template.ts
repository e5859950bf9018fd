import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Raised when what the template contains changes: an older one is then left alone and a new one made. */
const FORMAT = 1;

/** Of the file mariadb-install-db creates: the template has 25 MB instead of 114. A server on a copy must use the same. */
export const LOG_FILE_SIZE = '8M';

/** Where templates are kept unless the caller says otherwise: in the checkout, ignored by git. */
const DEFAULT_CACHE_DIRECTORY = resolve(import.meta.dirname, '../../var/cache');

/**
 * The folder of a freshly initialised data directory of the installed MariaDB, made at the first call and then reused.
 * Safe to call from several processes at once: it is built under a temporary name and renamed, and who comes second
 * takes the first one's. Throws with the words of mariadb-install-db when that fails.
 */
export async function templateDirectory(cacheDirectory = DEFAULT_CACHE_DIRECTORY): Promise<string> {
  const target = join(cacheDirectory, `mariadb-template-${await installedVersion()}-${FORMAT}`);
  if (await exists(target)) return target;
  await mkdir(cacheDirectory, { recursive: true });
  const building = await mkdtemp(join(cacheDirectory, 'building-'));
  try {
    const data = join(building, 'data');
    const temporary = join(building, 'tmp');
    await mkdir(temporary);
    await run('mariadb-install-db', installArguments(data, temporary));
    await rename(data, target).catch(async (error: unknown) => {
      if (!(await exists(target))) throw error;
    });
  } finally {
    await rm(building, { recursive: true, force: true });
  }
  return target;
}

/** Copies the template to a new data directory (~25 ms; shares blocks where the file system can). */
export async function copyTemplate(template: string, dataDirectory: string): Promise<void> {
  await run('cp', ['-a', '--reflink=auto', '--no-target-directory', template, dataDirectory]);
}

/** Options without which mariadbd and its tools refuse to run as root; none for other users. */
export function userArguments(): string[] {
  return process.getuid?.() === 0 ? ['--user=root'] : [];
}

function installArguments(dataDirectory: string, temporaryDirectory: string): string[] {
  return [
    '--no-defaults',
    // Else it refuses where the host's own name does not resolve; no server here is reached by a name.
    '--force',
    ...userArguments(),
    `--datadir=${dataDirectory}`,
    // Its own: a mariadbd that starts removes all temporary tables it finds in its tmpdir, those of others in /tmp too.
    `--tmpdir=${temporaryDirectory}`,
    // Everybody may run a sandbox: root signs in with a password, not as the system's root.
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    '--skip-name-resolve',
    '--innodb-buffer-pool-size=8M',
    `--innodb-log-file-size=${LOG_FILE_SIZE}`,
  ];
}

/** "10.11.19-MariaDB-0+deb12u1" and the account, since the files belong to it. */
async function installedVersion(): Promise<string> {
  const { stdout } = await run('mariadbd', ['--no-defaults', '--version']);
  const version = /Ver (\S+)/.exec(stdout)?.[1];
  if (version === undefined) throw new Error(`mariadbd --version says nothing of a version: ${stdout.trim()}`);
  return `${version}-uid${process.getuid?.() ?? 0}`;
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
