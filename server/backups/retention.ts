import type { DumpManifest } from '../contract/dumps.ts';

/** How long backups are kept; a backup beyond any of the limits goes. Absent limits do not limit. */
export interface Keep {
  readonly days?: number | undefined;
  readonly count?: number | undefined;
}

/**
 * The backups of `server` that are no longer to be kept, oldest first. The newest whole one always stays, however old it
 * is: an old backup is better than none. Others' backups in the same directory are not looked at.
 */
export function expiredBackups(
  catalogue: readonly DumpManifest[],
  server: string,
  keep: Keep,
  now: Date,
): DumpManifest[] {
  const newestFirst = catalogue
    .filter((backup) => backup.server === server)
    .toSorted((a, b) => b.startedAt.localeCompare(a.startedAt));
  const oldest = keep.days === undefined ? null : now.getTime() - keep.days * 86_400_000;
  return newestFirst
    .filter((backup, index) => {
      if (index === 0) return false;
      if (keep.count !== undefined && index >= keep.count) return true;
      return oldest !== null && Date.parse(backup.endedAt) < oldest;
    })
    .toReversed();
}
