import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncDirectory } from '../../files/durable-file.ts';

/** Opens the gate, durably. Leaves an open one as it is. */
export async function openGate(file: string): Promise<void> {
  try {
    await (await open(file, 'wx', 0o644)).close();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  await syncDirectory(dirname(file));
}
