import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../files/durable-file.ts';

const serverRecord = z.object({
  name: z.string(),
  serverId: z.number().int(),
  port: z.number().int(),
  settings: z.record(z.string(), z.union([z.string(), z.number()])),
});

const clusterRecord = z.object({
  format: z.literal(1),
  name: z.string(),
  /** creating: the making was interrupted; what is there is worth nothing. */
  state: z.enum(['creating', 'ready']),
  /** Replication goes through relays, which end with the process: such a cluster can't be opened again. */
  relays: z.boolean(),
  servers: z.array(serverRecord),
});

/** What is kept of a cluster in its folder, so that a later process can start it again. */
export type ClusterRecord = z.infer<typeof clusterRecord>;

/** The record in this folder; null where there is none. Throws when the file is not one. */
export async function readRecord(dir: string): Promise<ClusterRecord | null> {
  const file = recordFile(dir);
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  return text === null ? null : clusterRecord.parse(JSON.parse(text));
}

/** Keeps it: a process that dies here leaves the old record or the new one, never half a file. */
export async function writeRecord(dir: string, record: ClusterRecord): Promise<void> {
  await replaceFile(recordFile(dir), `${JSON.stringify(record, null, 2)}\n`);
}

/** Where the record of a cluster in this folder is. */
export function recordFile(dir: string): string {
  return join(dir, 'cluster.json');
}
