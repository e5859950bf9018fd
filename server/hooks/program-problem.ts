import { access, constants, stat } from 'node:fs/promises';

/** Why this program can't be started by this user, in a sentence's end ("does not exist"); null when it can. */
export async function programProblem(program: string): Promise<string | null> {
  try {
    if (!(await stat(program)).isFile()) return 'is no file';
    await access(program, constants.X_OK);
    return null;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return 'does not exist';
    if (code === 'EACCES') return 'may not be executed by this user';
    return `can't be looked at (${code})`;
  }
}
