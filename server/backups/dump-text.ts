/** How much of the end of a dump is kept to find its position and its last line. Both stand within the last 2 KiB. */
export const tailBytes = 16_384;
/** How much of the beginning is kept to find the tool's version. */
export const headBytes = 1024;

/** What the end of a dump tells; `gtid` is null when it holds no position. */
export type DumpTail = { kind: 'whole'; gtid: string | null } | { kind: 'truncated' };

/**
 * Reads the end of a dump. Its last line says that it is whole, and the position it was taken at is printed after the
 * last table (measured on 10.11.19), commented out by --master-data=2.
 */
export function readDumpTail(tail: string): DumpTail {
  if (!/^-- Dump completed\b[^\n]*\n?$/m.test(tail.slice(lastLineStart(tail)))) return { kind: 'truncated' };
  const position = [...tail.matchAll(/^(?:-- )?SET GLOBAL gtid_slave_pos='([0-9,-]*)';$/gm)].at(-1);
  return { kind: 'whole', gtid: position?.[1] ?? null };
}

function lastLineStart(text: string): number {
  return text.trimEnd().lastIndexOf('\n') + 1;
}

/** The tool's version as the second line of a dump names it, "10.19 Distrib 10.11.19-MariaDB"; "" where it does not. */
export function toolVersion(head: string): string {
  const line = /^-- MariaDB dump (\S+)\s+Distrib ([^,\s]+)/m.exec(head);
  return line ? `${line[1]} Distrib ${line[2]}` : '';
}
