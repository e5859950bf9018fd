import type { DumpManifest, DumpMethod } from '../contract/dumps.ts';
import { readCatalogue } from './catalogue.ts';
import { freeBytes, lackOfSpace } from './disk-space.ts';
import type { BackupJob, PlanParts } from './plan-run.ts';
import type { BackupOutcome } from './publish-backup.ts';
import { watchRoom } from './room.ts';
import { takeDump } from './take-dump.ts';
import { takePhysical } from './take-physical.ts';

/** mariadb-dump prints all the time; after this silence its server is frozen, or holds a lock that nobody gives back. */
const dumpStallMs = 900_000;
/** mariadb-backup says nothing while it reads a file without a changed page: 400 GB at 120 MB/s. */
const physicalStallMs = 3_600_000;

export interface JobParts extends PlanParts {
  /** A folder of its own that may be written. */
  readonly workDirectory: string;
}

/** Takes one backup where there is room for it, and as long as there is. Never rejects for what the backup fails of. */
export async function takeJob(
  parts: JobParts,
  job: BackupJob,
  options: { readonly signal: AbortSignal; readonly onBytes: (bytes: number) => void },
): Promise<BackupOutcome> {
  const { directory, rules } = parts;
  const database = job.kind === 'dump' ? job.database : null;
  const last = lastBytes(await readCatalogue(directory), parts.server, methodOfJob(job), database);
  const lack = lackOfSpace(await freeBytes(directory), last);
  if (lack !== null) return { kind: 'failed', reason: lack };
  const room = watchRoom(directory);
  const common = {
    ...parts,
    startedAt: parts.now(),
    signal: AbortSignal.any([options.signal, room.signal]),
    onBytes: options.onBytes,
  };
  try {
    if (job.kind === 'physical')
      return await takePhysical({ ...common, base: job.base, stallTimeoutMs: physicalStallMs });
    const { compression } = rules.dump;
    return await takeDump({ ...common, database, compression, stallTimeoutMs: dumpStallMs });
  } finally {
    room.stop();
  }
}

/** As manifests call it. */
export function methodOfJob(job: BackupJob): DumpMethod {
  if (job.kind === 'dump') return 'dump';
  return job.base === null ? 'mariabackup' : 'mariabackup-incremental';
}

/** Why there is no room for a backup by this method, be it the smallest kind of it; null where there is, or none was taken. */
export async function lackForAny(
  { directory, server }: Pick<PlanParts, 'directory' | 'server'>,
  method: 'dump' | 'mariabackup',
  database: string | null,
): Promise<string | null> {
  const methods: DumpMethod[] = method === 'dump' ? ['dump'] : ['mariabackup', 'mariabackup-incremental'];
  const catalogue = await readCatalogue(directory);
  const known = methods.map((one) => lastBytes(catalogue, server, one, database)).filter((size) => size !== null);
  return lackOfSpace(await freeBytes(directory), known.length === 0 ? null : Math.min(...known));
}

/** The size of the newest like it; null: there is none. */
function lastBytes(
  newestFirst: readonly DumpManifest[],
  server: string,
  method: DumpMethod,
  database: string | null,
): number | null {
  const like = (one: DumpManifest): boolean =>
    one.server === server && one.method === method && one.database === database;
  return newestFirst.find(like)?.bytes ?? null;
}
