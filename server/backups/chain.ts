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
    const { base: name } = first;
    const base = catalogue.find((one) => one.name === name);
    if (base === undefined || !follows(first, base) || chain.includes(base)) return null;
    chain.unshift(base);
  }
  return chain;
}

/** Those of a catalogue that have a chain. Each link is looked at once: a console asks every other second. */
export function wholeOnes(catalogue: readonly DumpManifest[]): readonly DumpManifest[] {
  const named = new Map(catalogue.map((one) => [one.name, one]));
  const found = new Map<DumpManifest, boolean>();
  const isWhole = (one: DumpManifest): boolean => {
    const known = found.get(one);
    if (known !== undefined) return known;
    // What builds on itself is not whole.
    found.set(one, false);
    const base = one.base === null ? null : named.get(one.base);
    const whole = base === null || (base !== undefined && follows(one, base) && isWhole(base));
    found.set(one, whole);
    return whole;
  };
  return catalogue.filter(isWhole);
}

/** Whether an incremental backup begins where that one ends, on the same data files. */
const follows = ({ server, dataFiles, lsn }: DumpManifest, base: DumpManifest): boolean =>
  base.server === server && base.dataFiles === dataFiles && base.lsn !== null && base.lsn.to === lsn?.from;

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
