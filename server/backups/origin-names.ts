import type { DumpManifest } from '../contract/dumps.ts';
import { chainOf, wholeOnes } from './chain.ts';

/*
 * The names under which SlapOS's MariaDB serves its backups, and under which its replicas look for them: dumps as
 * `mariadb-full/YYYYmmddHHMMSS.sql.gz` with `most-recent.sql.gz`, physical ones as `mariabackup/YYYYmmddHHMMSS.full.xb.zstd`
 * and `.inc.xb.zstd`, listed by `index.txt`, of which a replica takes the last full one and all that follow.
 */

/** The backup that has this name there; null where none has. Only gzip is read by the origin's replicas as a dump. */
export function originDump(newestFirst: readonly DumpManifest[], name: string): DumpManifest | null {
  const dumps = newestFirst.filter(
    ({ method, compression, database }) => method === 'dump' && compression === 'gzip' && database === null,
  );
  if (name === 'most-recent.sql.gz') return dumps[0] ?? null;
  return dumps.find((dump) => `${stamp(dump)}.sql.gz` === name) ?? null;
}

/** The physical backup that has this name there; null where none has. */
export function originPhysical(newestFirst: readonly DumpManifest[], name: string): DumpManifest | null {
  return originChain(newestFirst).find((backup) => physicalName(backup) === name) ?? null;
}

/** The text of index.txt: a name on each line, oldest first; only those whose whole chain is there. */
export function originIndex(newestFirst: readonly DumpManifest[]): string {
  return originChain(newestFirst)
    .toReversed()
    .map((backup) => `${physicalName(backup)}\n`)
    .join('');
}

function originChain(newestFirst: readonly DumpManifest[]): DumpManifest[] {
  const whole = wholeOnes(newestFirst).filter(({ method }) => method !== 'dump');
  const lastFull = whole.find(({ base }) => base === null);
  // What follows the last full one must build on it: that is how it is read there.
  return whole.filter((one) => {
    const follows = lastFull !== undefined && one.startedAt > lastFull.startedAt;
    return !follows || chainOf(newestFirst, one)?.[0] === lastFull;
  });
}

function physicalName(backup: DumpManifest): string {
  return `${stamp(backup)}.${backup.base === null ? 'full' : 'inc'}.xb.zstd`;
}

/** "20261120185400" */
function stamp({ startedAt }: DumpManifest): string {
  return startedAt.slice(0, 19).replaceAll(/\D/g, '');
}
