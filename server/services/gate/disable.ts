import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncDirectory } from '../../files/durable-file.ts';

/** Shuts the gate, durably: it stays shut after a loss of power. Leaves a shut one as it is. */
export async function shutGate(file: string): Promise<void> {
  await rm(file, { force: true });
  await syncDirectory(dirname(file));
}
