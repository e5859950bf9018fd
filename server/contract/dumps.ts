import { z } from 'zod';
import { gtidText, instant } from './snapshot.ts';

export const dumpMethod = z.enum(['dump', 'mariabackup', 'mariabackup-incremental']);
export type DumpMethod = z.infer<typeof dumpMethod>;
const lsn = z.string().regex(/^\d{1,20}$/);

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
  /** Name of the backup that an incremental one builds on; null: restores by itself. */
  base: z.string().nullable().default(null),
  /** Of a dump per database: the one that it holds. null: all of the server. */
  database: z.string().nullable().default(null),
  /** Of a physical one: the span of InnoDB's log sequence numbers in it (64 bits, so as text). Its base ends at `from`. */
  lsn: z.object({ from: lsn, to: lsn }).nullable().default(null),
  /** Of a physical one: tells the data files it copies from any others. An incremental one has its base's. */
  dataFiles: z.string().nullable().default(null),
  /** Base tables in each database, the system's left out; null where they changed meanwhile or could not be counted. */
  tables: z.record(z.string(), z.int().nonnegative()).nullable().default(null),
  /** Uncompressed: what restoring it writes at the least. null: made by an earlier version. */
  unpackedBytes: z.int().nonnegative().nullable().default(null),
  /** The last words of the tool that took it. */
  log: z.string().default(''),
});
export type DumpManifest = z.infer<typeof dumpManifest>;

/** What a manifest of an earlier version leaves out. */
export const plainDump = {
  base: null,
  database: null,
  lsn: null,
  dataFiles: null,
  tables: null,
  unpackedBytes: null,
  log: '',
} as const satisfies Partial<DumpManifest>;

/** What was found when it was restored into a throw-away server. Stands beside the backup as NAME + ".verified.json". */
export const dumpVerification = z.object({
  format: z.literal(1),
  name: z.string(),
  /** Of the file that was restored; of a backup with another checksum it says nothing. */
  sha256: z.string(),
  startedAt: instant,
  endedAt: instant,
  ok: z.boolean(),
  /** What was compared, or what is wrong with it. */
  text: z.string(),
  /** The last words of the tools. */
  log: z.string(),
});
export type DumpVerification = z.infer<typeof dumpVerification>;

export const dump = z.object({
  server: z.string(),
  name: z.string(),
  method: dumpMethod,
  bytes: z.number(),
  sha256: z.string(),
  gtid: gtidText,
  startedAt: instant,
  endedAt: instant,
  base: z.string().nullable().default(null),
  database: z.string().nullable().default(null),
  /** When restoring it was tried last, and what came of it. */
  verified: z
    .object({ at: instant, seconds: z.number(), ok: z.boolean(), text: z.string().default('') })
    .nullable()
    .default(null),
});
export type Dump = z.infer<typeof dump>;

/** What failed and has not succeeded since: a dump, a physical backup, or the restoring that proves them. */
export const backupFailure = z.object({
  at: instant,
  text: z.string(),
  work: z.enum(['dump', 'mariabackup', 'verify']).default('dump'),
});
export type BackupFailure = z.infer<typeof backupFailure>;

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
      running: z.object({ startedAt: instant, bytes: z.number(), method: dumpMethod.default('dump') }).nullable(),
      /** What it makes, in this order; a physical one is full or incremental as its rule says. */
      methods: z.array(z.enum(['mariabackup', 'dump'])).default(['dump']),
      /** The backup that is being restored to prove it. */
      verifying: z.object({ id: z.string(), name: z.string(), startedAt: instant }).nullable().default(null),
      lastFailure: backupFailure.nullable(),
      /** All that stand, newest first. */
      failures: z.array(backupFailure).default([]),
    }),
  ),
  lastDownload: z.object({ at: instant, actor: z.string(), name: z.string() }).nullable(),
});
export type DumpCatalogue = z.infer<typeof dumpCatalogue>;
