import { z } from 'zod';
import { gtidText, instant } from './snapshot.ts';

export const dumpMethod = z.enum(['dump', 'mariabackup', 'mariabackup-incremental']);

/** What stands beside each backup on the agent's disk, and what the catalogue shows of it. */
export const dumpManifest = z.object({
  format: z.literal(1),
  /** Name of the file; a manifest is NAME + ".json". */
  name: z.string(),
  method: dumpMethod,
  server: z.string(),
  serverVersion: z.string(),
  toolVersion: z.string(),
  compression: z.enum(['zstd', 'gzip', 'none']),
  /** No whole backup is empty: what compresses it writes a head. */
  bytes: z.int().positive(),
  /** In hexadecimal: it stands in headers. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  gtid: gtidText,
  startedAt: instant,
  endedAt: instant,
});
export type DumpManifest = z.infer<typeof dumpManifest>;

export const dump = z.object({
  server: z.string(),
  name: z.string(),
  method: dumpMethod,
  bytes: z.number(),
  sha256: z.string(),
  gtid: gtidText,
  startedAt: instant,
  endedAt: instant,
  verified: z.object({ at: instant, seconds: z.number(), ok: z.boolean() }).nullable(),
});
export type Dump = z.infer<typeof dump>;

/** GET /clusters/C/dumps answers the array; GET /clusters/C/dumps?detail=1 answers this. */
export const dumpCatalogue = z.object({
  dumps: z.array(dump),
  /** Per server: is there an agent, did it answer, when is the next scheduled dump, what runs. */
  servers: z.array(
    z.object({
      server: z.string(),
      agent: z.enum(['up', 'unreachable', 'none']),
      detail: z.string().nullable(),
      nextAt: instant.nullable(),
      running: z.object({ startedAt: instant, bytes: z.number() }).nullable(),
      lastFailure: z.object({ at: instant, text: z.string() }).nullable(),
    }),
  ),
  lastDownload: z.object({ at: instant, actor: z.string(), name: z.string() }).nullable(),
});
export type DumpCatalogue = z.infer<typeof dumpCatalogue>;
