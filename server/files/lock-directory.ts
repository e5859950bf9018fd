import { spawn } from 'node:child_process';
import { open, type FileHandle } from 'node:fs/promises';

/** Where flock(2) is a lock for writing, as on NFS (its manual), a directory has none, since nobody opens it for writing. */
const notForWriting = 'Bad file descriptor';
const onNfs = '. It may be on NFS: put it on a disk of this host';

/** Held by this process; a handle that nobody refers to would be closed. */
const held = new Set<FileHandle>();

/**
 * Locks a directory for this process alone, until what this answers is called or the process ends, however it ends: null where
 * another has it. Who may not open the directory can't lock it. Rejects where it is not there, or can't be locked.
 */
export async function lockDirectory(path: string): Promise<(() => Promise<void>) | null> {
  const handle = await open(path, 'r');
  const got = await flock(handle, path).catch(async (error: unknown) => {
    await handle.close();
    throw error;
  });
  if (!got) {
    await handle.close();
    return null;
  }
  held.add(handle);
  return async () => {
    if (held.delete(handle)) await handle.close();
  };
}

/** Node has no flock(2). The lock belongs to the open file, which the program of util-linux shares with us and leaves to us. */
async function flock({ fd }: FileHandle, path: string): Promise<boolean> {
  const child = spawn('flock', ['--nonblock', '--exclusive', '3'], {
    stdio: ['ignore', 'ignore', 'pipe', fd],
    env: { ...process.env, LC_ALL: 'C' },
  });
  let said = '';
  child.stderr?.on('data', (text: Buffer) => (said += text.toString()));
  return await new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new Error(`${path} can't be locked: ${error.message}`, { cause: error })));
    child.on('close', (code) => {
      if (code === 0 || code === 1) resolve(code === 0);
      else {
        const why = said.trim() || `flock ended with code ${code}`;
        reject(new Error(`${path} can't be locked: ${why}${said.includes(notForWriting) ? onNfs : ''}`));
      }
    });
  });
}
