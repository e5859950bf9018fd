import { chainOf, latestChain } from '../backups/chain.ts';
import type { DumpManifest } from '../contract/dumps.ts';
import { preferredCopy } from '../contract/first-copy.ts';

/** One file of a first copy. */
export interface CopyPart {
  readonly name: string;
  readonly kind: 'dump' | 'full' | 'incremental';
  readonly compression: 'zstd' | 'gzip' | 'none';
  /** What its manifest says; null where it has none. */
  readonly manifest: DumpManifest | null;
}

/** What a file is by its name: Baton's, the origin's ("20500101000012.full.xb.zstd", "most-recent.sql.gz") and their like. */
export function partByName(name: string): CopyPart | null {
  const dump = /\.sql(?:\.(?<packed>zst|zstd|gz))?$/.exec(name);
  const physical = /(?:\.(?<kind>full|inc))?\.(?:xb|xbstream|mbstream|mb)\.(?<packed>zst|zstd|gz)$/.exec(name);
  const packed = (dump ?? physical)?.groups?.['packed'];
  const compression = packed === undefined ? 'none' : packed === 'gz' ? 'gzip' : 'zstd';
  if (dump) return { name, kind: 'dump', compression, manifest: null };
  if (!physical) return null;
  return { name, kind: physical.groups?.['kind'] === 'inc' ? 'incremental' : 'full', compression, manifest: null };
}

/** The same by what stands in its manifest. */
export function partOf(manifest: DumpManifest): CopyPart {
  const kind = { dump: 'dump', mariabackup: 'full', 'mariabackup-incremental': 'incremental' } as const;
  return { name: manifest.name, kind: kind[manifest.method], compression: manifest.compression, manifest };
}

/** The files of a copy from the origin's index.txt, one name a line: the last full one and what follows it; null: none. */
export function partsOfIndex(text: string): readonly CopyPart[] | null {
  const parts = text
    .split('\n')
    .map((line) => line.trim())
    .filter((name) => isPlainName(name))
    .toSorted()
    .flatMap((name) => partByName(name) ?? [])
    .filter(({ kind }) => kind !== 'dump');
  const last = parts.findLastIndex(({ kind }) => kind === 'full');
  return last === -1 ? null : parts.slice(last);
}

/** The copy to begin with out of a catalogue, newest first: the newest physical one, unless a dump is a day newer. */
export function choose(newestFirst: readonly DumpManifest[]): readonly CopyPart[] | null {
  const chains = (['mariabackup', 'dump'] as const).map((method) => latestChain(newestFirst, method));
  const [physical = null, dump = null] = chains.map((chain) => chain?.at(-1) ?? null);
  const chosen = preferredCopy(physical, dump);
  return chains.find((chain) => chain?.at(-1) === chosen)?.map(partOf) ?? null;
}

/** The files that must be restored for one of a catalogue, in order; null where one is missing. */
export function partsFor(catalogue: readonly DumpManifest[], last: DumpManifest): readonly CopyPart[] | null {
  return chainOf(catalogue, last)?.map(partOf) ?? null;
}

/** A name that stands in the folder of its list, and nowhere else. */
export function isPlainName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._@-]{0,250}$/.test(name);
}
