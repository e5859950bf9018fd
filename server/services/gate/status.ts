import { lstat } from 'node:fs/promises';

/** True when the gate is open: its file is there. Rejects when that can't be told. */
export async function gateStatus(file: string): Promise<boolean> {
  try {
    await lstat(file);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}
