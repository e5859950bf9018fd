import type { DumpManifest } from '../contract/dumps.ts';
import { chainOf } from './chain.ts';

/** A call of a schedule comes on its second, and the clock of a file name knows no less. */
const toleranceMs = 1000;

/** What the server is now. */
export interface SourceNow {
  readonly version: string;
  readonly dataFiles: string;
  /** Where its log ends; null: not told. */
  readonly lsn: bigint | null;
}

/** What the next physical backup builds on, or why it must be a full one. */
export type NextBase = { kind: 'incremental'; base: DumpManifest } | { kind: 'full'; why: string };

/**
 * The backup that the next one may build on: the newest physical one, when all it builds on is there and not known to be
 * bad, no full one has become due since (`fullDueAt`), and it was taken of these data files.
 */
export function baseOfNext(
  newestFirst: readonly DumpManifest[],
  server: string,
  source: SourceNow,
  options: { readonly fullDueAt: Date | null; readonly isBad: (backup: DumpManifest) => boolean },
): NextBase {
  const last = newestFirst.find((one) => one.server === server && one.method !== 'dump');
  if (last === undefined) return { kind: 'full', why: 'it is the first' };
  const chain = chainOf(newestFirst, last);
  const [first] = chain ?? [];
  if (chain === null || first === undefined) return { kind: 'full', why: `what ${last.name} builds on is gone` };
  const bad = chain.find((one) => options.isBad(one));
  if (bad !== undefined) return { kind: 'full', why: `${bad.name} could not be restored` };
  const { fullDueAt } = options;
  if (fullDueAt !== null && Date.parse(first.startedAt) + toleranceMs < fullDueAt.getTime())
    return { kind: 'full', why: 'a full one is due' };
  if (last.dataFiles !== source.dataFiles) return { kind: 'full', why: 'the server has other data files' };
  if (releaseOf(last.serverVersion) !== releaseOf(source.version))
    return { kind: 'full', why: 'the server has another version' };
  if (last.lsn === null) return { kind: 'full', why: `${last.name} does not say where it ends` };
  if (source.lsn !== null && source.lsn < BigInt(last.lsn.to))
    return { kind: 'full', why: `the server’s data are older than ${last.name}` };
  return { kind: 'incremental', base: last };
}

/** "10.11" of "10.11.19-MariaDB": mariadb-backup reads what its own series wrote. */
function releaseOf(version: string): string {
  return /^\d+\.\d+/.exec(version)?.[0] ?? version;
}
