import type { DumpManifest } from '../contract/dumps.ts';
import { BatonError } from '../contract/errors.ts';
import { formatGtidList, parseGtidList, standsIn, type GtidList } from '../mariadb/gtid.ts';
import { notInHistory } from '../mariadb/new-replica.ts';
import { compareSeries, parseVersion } from '../mariadb/version.ts';

/** The position in a text, which is refused where it says none: a replica would start from nowhere. */
export function positionIn(text: string | null, what: string): GtidList {
  const position = parseGtidList(text ?? '');
  if (position && position.length > 0) return position;
  throw new BatonError(
    'refused',
    `${what} says no GTID position: its server has no binary log, or wrote nothing yet.`,
    'Take one of a server with log_bin (and log_slave_updates where it is a replica).',
  );
}

/** Refuses a position that the primary does not know: the copy is another server's, or the primary lost transactions. */
export function refuseStrange(position: GtidList, history: GtidList, primary: string): void {
  const strange = notInHistory(position, history);
  if (strange.length === 0) return;
  throw new BatonError(
    'refused',
    `The copy stands at ${formatGtidList(position)}, and ${primary} never had ${formatGtidList(strange)}: it is not a copy of that server.`,
    'Compare bootstrap-url and primary-url.',
  );
}

/**
 * Refuses a copy that the installed MariaDB can't take: a dump of a newer series, a physical copy of any other one
 * (mariadb-backup prepares its own only).
 */
export function versionRefusal(kind: 'dump' | 'physical', ofCopy: string | null, installed: string): BatonError | null {
  const [copy, own] = [parseVersion(ofCopy ?? ''), parseVersion(installed)];
  if (!copy || !own) return null;
  const difference = compareSeries(copy, own);
  if (difference === 0 || (difference < 0 && kind === 'dump')) return null;
  const text = `The copy is of MariaDB ${copy.text}, and here is ${own.text}.`;
  return new BatonError(
    'refused',
    difference > 0 ? `${text} That is a future version.` : text,
    difference > 0 ? `Install ${copy.major}.${copy.minor} here.` : 'Begin with a dump, or install the same version.',
  );
}

/** A dump's header names the version of its server in the first lines. */
export function versionInDump(head: string): string | null {
  return /^-- Server version\s+(\S+)/m.exec(head)?.[1] ?? null;
}

/**
 * What the copy itself and its manifest say of its position: the manifest may know more domains (those that no event of the
 * source's own log has touched), and never something else. Refuses where they differ.
 */
export function agreedPosition(own: string | null, manifest: DumpManifest | null, name: string): GtidList {
  const ofCopy = positionIn(own, name);
  if (!manifest) return ofCopy;
  const stated = positionIn(manifest.gtid, `The manifest of ${name}`);
  if (standsIn(ofCopy, stated)) return stated;
  throw new BatonError(
    'refused',
    `${name} stands at ${formatGtidList(ofCopy)}, and its manifest says ${formatGtidList(stated)}: one of them is of another backup.`,
    'Take a new backup.',
  );
}
