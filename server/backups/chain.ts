import { isWholeByItself } from '../contract/dump-proof.ts';
import type { DumpManifest } from '../contract/dumps.ts';

/** How a first copy may be asked for. */
export type LatestMethod = 'dump' | 'mariabackup';

/**
 * The backups that must be restored for this one, in order: a full one, then each incremental one on the one before it.
 * null where one of them is missing, or builds on other data files or another place in their log than the one before ends.
 */
export function chainOf(catalogue: readonly DumpManifest[], last: DumpManifest): readonly DumpManifest[] | null {
  const chain = [last];
  for (let [first] = chain; first !== undefined && first.base !== null; [first] = chain) {
    const { base: name, server, dataFiles, lsn } = first;
    const base = catalogue.find((one) => one.name === name && one.server === server);
    const follows = base?.dataFiles === dataFiles && base.lsn !== null && base.lsn.to === lsn?.from;
    if (base === undefined || !follows || chain.includes(base)) return null;
    chain.unshift(base);
  }
  return chain;
}

/** The newest backup of all databases of a server with what it builds on, oldest first; null where there is none. */
export function latestChain(
  newestFirst: readonly DumpManifest[],
  method: LatestMethod,
): readonly DumpManifest[] | null {
  for (const backup of newestFirst) {
    if (backup.database !== null || (backup.method === 'dump') !== (method === 'dump')) continue;
    const chain = chainOf(newestFirst, backup);
    if (chain !== null) return chain;
  }
  return null;
}

/** The newest file that restores all of a server by itself; null where there is none. */
export function latestAlone(newestFirst: readonly DumpManifest[], method?: LatestMethod): DumpManifest | null {
  return newestFirst.find((one) => isWholeByItself(one) && (method === undefined || one.method === method)) ?? null;
}
