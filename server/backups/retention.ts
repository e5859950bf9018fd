import { seriesOf } from '../contract/dump-proof.ts';
import type { DumpManifest } from '../contract/dumps.ts';
import { chainOf } from './chain.ts';

/** How long backups are kept; a backup beyond any of the limits goes. Absent limits do not limit. */
export interface Keep {
  readonly days?: number | undefined;
  readonly count?: number | undefined;
}

/**
 * The backups of `server` that are no longer to be kept, oldest first. Dumps of all databases, of each single one, and
 * physical backups are looked at apart. Of each the newest good one always stays, however old it is: an old backup is
 * better than none; the newest that is proven, since newer ones that nobody tried may all be bad; and everything that a
 * kept one builds on. `verdict`: whether it could be restored when it was tried, null where it never was. Others' backups
 * in the same directory are not looked at.
 */
export function expiredBackups(
  catalogue: readonly DumpManifest[],
  server: string,
  keep: Keep,
  now: Date,
  verdict: (backup: DumpManifest) => boolean | null = () => null,
): DumpManifest[] {
  const own = catalogue.filter((backup) => backup.server === server);
  const kept = new Set<DumpManifest>();
  for (const newestFirst of Map.groupBy(own, seriesOf).values()) {
    newestFirst.sort((a, b) => b.startedAt.localeCompare(a.startedAt));
    const isGood = (backup: DumpManifest): boolean =>
      chainOf(own, backup)?.every((one) => verdict(one) !== false) === true;
    const good = newestFirst.find((backup) => isGood(backup)) ?? newestFirst[0];
    const proven = newestFirst.find((backup) => verdict(backup) === true && isGood(backup));
    for (const [index, backup] of newestFirst.entries()) {
      if (backup !== good && backup !== proven && isBeyond(backup, index, keep, now)) continue;
      for (const needed of chainOf(own, backup) ?? [backup]) kept.add(needed);
    }
  }
  return own.filter((backup) => !kept.has(backup)).toSorted((a, b) => a.startedAt.localeCompare(b.startedAt));
}

function isBeyond(backup: DumpManifest, index: number, keep: Keep, now: Date): boolean {
  if (keep.count !== undefined && index >= keep.count) return true;
  return keep.days !== undefined && Date.parse(backup.endedAt) < now.getTime() - keep.days * 86_400_000;
}
