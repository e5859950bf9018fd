import { z } from 'zod';
import { transactionRanges } from './agent.ts';
import { instant } from './snapshot.ts';

/**
 * GET /v1/data-directory of an agent: what a physical copy of its server needs, and whether this agent may exchange the
 * server's data directory for a copy of another's.
 */
export const dataDirectory = z.object({
  path: z.string(),
  /** What a physical copy of it has before compression: without binary, relay and redo logs. */
  bytes: z.number(),
  /** Free beside it, for a second one. */
  freeBytes: z.number(),
  version: z.string(),
  /** It has tables with a DATA DIRECTORY of their own, whose files a copy of it would share. */
  tablesElsewhere: z.boolean(),
  /** Why a reseed can't be done here, in sentences; [] where it can. */
  obstacles: z.array(z.object({ text: z.string(), fix: z.string().nullable() })),
});
export type DataDirectory = z.infer<typeof dataDirectory>;

/**
 * POST /v1/copies answers 201 with this: a physical copy of the server may be read once, at `path` of this agent, by
 * whoever shows the ticket as its bearer token, until then.
 */
export const copyOffer = z.object({ path: z.string(), ticket: z.string().min(32), expiresAt: instant });
export type CopyOffer = z.infer<typeof copyOffer>;

/** Where the agent that receives the copy finds it. */
export const copySource = z.strictObject({
  server: z.string().min(1).max(63),
  url: z.url({ protocol: /^https?$/ }),
  path: z.string().startsWith('/v1/'),
  ticket: z.string().min(32).max(200),
  /** As the console knows that agent's certificate: pinned, and by name where it is not the host of the url. */
  fingerprint: z.string().optional(),
  name: z.string().optional(),
});
export type CopySource = z.infer<typeof copySource>;

/** POST /v1/reseeds { id, source, expectedBytes } begins one and answers 202; the same id again answers the same one. */
export const reseedRequest = z.strictObject({
  id: z.string().regex(/^[A-Za-z0-9-]{1,64}$/),
  source: copySource,
  expectedBytes: z.number().nonnegative(),
});
export type ReseedRequest = z.infer<typeof reseedRequest>;

/**
 * copying → preparing → prepared; then, asked for by POST …/swap: swapping → swapped. `failed` and `cancelled` mean that
 * the server is as it was, with its own data.
 */
export const reseedState = z.enum([
  'copying',
  'preparing',
  'prepared',
  'swapping',
  'swapped',
  'failed',
  'cancelled',
  /** Neither the copy nor the old data could be started: a person is needed, and `error` says where everything is. */
  'stuck',
]);

/** GET /v1/reseeds/ID, and the answer of every request about one. */
export const reseed = z.object({
  id: z.string(),
  source: z.string(),
  startedAt: instant,
  state: reseedState,
  /** Of the copy, before compression. */
  bytes: z.number(),
  expectedBytes: z.number(),
  /** The position of the copy in the history of its source; null before it is known. */
  gtid: z.string().nullable(),
  /** The data directory; where the copy is or was made; where the old data are kept once they are. */
  directory: z.string(),
  copyDirectory: z.string(),
  keptDirectory: z.string(),
  /** Size of what is kept; null before it is. */
  keptBytes: z.number().nullable(),
  error: z.string().nullable(),
});
export type Reseed = z.infer<typeof reseed>;

/** SQL of transactions that only one server had, kept before its data were set aside. */
export const transactionsExport = z.object({
  format: z.literal(1),
  /** The file's name, `db-1-2026-11-20T18-54-00Z.transactions.sql`. */
  name: z.string(),
  server: z.string(),
  /** Spans as in GET /v1/transactions: "0-1-13:17". */
  ranges: z.array(z.string()),
  /** How many transactions the file holds, counted in it. */
  count: z.number(),
  bytes: z.number(),
  sha256: z.string(),
  at: instant,
});
export type TransactionsExport = z.infer<typeof transactionsExport>;

/** POST /v1/exports answers 201 with the export; the same spans again answer the same one. */
export const exportRequest = z.strictObject({ ranges: transactionRanges });

/** GET /v1/exports: newest first. */
export const transactionsExports = z.object({ exports: z.array(transactionsExport) });
