import { dumpPosition } from '../backups/position.ts';
import type { DumpManifest } from '../contract/dumps.ts';
import { parseGtidList, standsIn } from '../mariadb/gtid.ts';

/** What stands in a restored copy. */
export interface Restored {
  /** The position that the copy itself says; null: none. */
  readonly copyGtid: string | null;
  /** @@gtid_slave_pos of the server on it; null where the copy does not bring one (a dump of SQL that was loaded). */
  readonly appliedGtid: string | null;
  readonly tables: Readonly<Record<string, number>>;
}

/** Why the restored copy is not what the manifest says, or null. */
export function differences(manifest: DumpManifest, restored: Restored): string | null {
  return positionDiffers(manifest, restored) ?? tablesDiffer(manifest, restored.tables);
}

function positionDiffers({ gtid }: DumpManifest, { copyGtid, appliedGtid }: Restored): string | null {
  // The manifest knows of none: there is nothing to be wrong.
  if (gtid === '') return null;
  const differs = `it stands at ${copyGtid ?? 'no position'}, and its manifest says ${gtid}`;
  if (copyGtid === null && appliedGtid === null) return differs;
  const wanted = parseGtidList(gtid) ?? [];
  const found = parseGtidList(
    appliedGtid === null ? (copyGtid ?? '') : dumpPosition(copyGtid ?? '', appliedGtid, true),
  );
  // SQL text has the position of the binary log alone: what a replica had from elsewhere stands in the manifest only.
  if (found !== null && standsIn(found, wanted) && (appliedGtid === null || found.length === wanted.length))
    return null;
  return differs;
}

function tablesDiffer({ tables, database }: DumpManifest, found: Restored['tables']): string | null {
  if (tables === null) return null;
  const names = database === null ? new Set([...Object.keys(tables), ...Object.keys(found)]) : Object.keys(tables);
  for (const name of names) {
    const [there, wanted] = [found[name] ?? 0, tables[name] ?? 0];
    if (there !== wanted) return `${name} has ${there} tables, and its manifest says ${wanted}`;
  }
  return null;
}
