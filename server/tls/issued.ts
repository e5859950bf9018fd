import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { BatonError } from '../contract/errors.ts';
import { replaceFile } from '../files/durable-file.ts';

/** What a certificate is for. */
export const purpose = z.enum(['console', 'agent', 'server', 'replication']);
export type Purpose = z.infer<typeof purpose>;

const issued = z.object({
  /** Its folder, and the name (CN) in it: "agent-db-1". */
  name: z.string(),
  purpose,
  /** DNS names and IP addresses. */
  hosts: z.array(z.string()),
  serial: z.string(),
  fingerprint: z.string(),
  until: z.iso.datetime(),
  revokedAt: z.iso.datetime().nullable(),
  /** It may not have got to its folder: we were ended in the middle. It can be revoked, and is made anew. */
  pending: z.boolean().default(false),
});
export type Issued = z.infer<typeof issued>;
const record = z.object({ format: z.literal(1), issued: z.array(issued) });

/** What an authority has issued, by its record; null where there is none. Rejects with BatonError where it can't be read. */
export async function readIssued(file: string): Promise<Issued[] | null> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  const parsed = record.safeParse(JSON.parse(text));
  if (!parsed.success) throw new BatonError('invalid', `${file} is not the record of an authority.`);
  return parsed.data.issued;
}

/** Writes the record, whole and on the disk when it resolves. */
export async function writeIssued(file: string, all: readonly Issued[]): Promise<void> {
  await replaceFile(
    file,
    `${JSON.stringify({ format: 1, issued: [...all] } satisfies z.infer<typeof record>, null, 2)}\n`,
  );
}
