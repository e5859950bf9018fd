import { z } from 'zod';
import { isWholeByItself } from './dump-proof.ts';
import type { Dump, DumpCatalogue } from './dumps.ts';

/** How far the first copy of a server is that had no database when its agent started. */
export const firstCopyStatus = z.object({
  stage: z.enum(['installing', 'receiving', 'preparing', 'replicating', 'finishing', 'done', 'failed']),
  bytes: z.number(),
  totalBytes: z.number().nullable(),
  /** Why it failed; it is tried again where that can help. */
  error: z.string().nullable(),
});
export type FirstCopyStatus = z.infer<typeof firstCopyStatus>;

/** A dump is chosen over a physical copy, which is there in a tenth of the time, only where it is so much newer. */
const NEWER_MS = 86_400_000;

/** Which of the newest of either kind a replica begins with; null where there is neither. */
export function preferredCopy<T extends { readonly startedAt: string }>(physical: T | null, dump: T | null): T | null {
  if (!physical || !dump) return physical ?? dump;
  return Date.parse(dump.startedAt) - Date.parse(physical.startedAt) > NEWER_MS ? dump : physical;
}

type Backups = Pick<DumpCatalogue, 'dumps' | 'servers'>;

/** Whose backups a replica of that server begins with: its own, else the newest of another; null where no agent has one. */
export function copySource({ dumps, servers }: Backups, server: string): string | null {
  const up = new Set(servers.flatMap((one) => (one.agent === 'up' ? [one.server] : [])));
  const whole = dumps.filter((dump) => isWholeByItself(dump) && up.has(dump.server) && dump.gtid !== '');
  return whole.some((dump) => dump.server === server) ? server : (whole[0]?.server ?? null);
}

/** The backup that a replica of that server begins with, behind all that it builds on; [] where there is none. */
export function firstCopyOf(backups: Backups, server: string): readonly Dump[] {
  const source = copySource(backups, server);
  const own = backups.dumps.filter((dump) => dump.server === source && dump.database === null);
  const newest = (isDump: boolean): Dump | null => own.find(({ method }) => (method === 'dump') === isDump) ?? null;
  const copy: Dump[] = [];
  // A catalogue has only those of which all is there.
  for (let one = preferredCopy(newest(false), newest(true)); one && !copy.includes(one);) {
    const { base } = one;
    copy.unshift(one);
    one = own.find(({ name }) => name === base) ?? null;
  }
  return copy;
}
