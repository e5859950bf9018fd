import type { DumpManifest } from '../contract/dumps.ts';
import { askLocalServer } from '../mariadb/local-server.ts';
import { countTables } from '../mariadb/table-counts.ts';

/** Definitions of very many tables take their time; without an answer there is nothing to compare later, no failure. */
const countTimeoutMs = 60_000;
/** A manifest is read often: of thousands of databases it does not tell. */
const maxTablesChars = 32_768;

/** What every kind of backup is told. */
export interface BackupSource {
  /** Name of the server in the console's configuration. */
  readonly server: string;
  readonly socket: string;
  readonly defaultsFile: string | undefined;
  readonly directory: string;
  readonly startedAt: Date;
  readonly now: () => Date;
  /** A server that is frozen or locked makes its tool wait for ever: after this silence it is given up. */
  readonly stallTimeoutMs: number;
  readonly signal: AbortSignal;
  /** Called with the compressed bytes written so far. */
  readonly onBytes: (bytes: number) => void;
}

/** The tables in each database now; null where that can't be told. */
export async function tablesNow(source: BackupSource): Promise<DumpManifest['tables']> {
  return await askLocalServer(source, countTimeoutMs, (asked) => countTables(asked, countTimeoutMs)).catch(() => null);
}

/** What was there before and after is what the backup holds; null where tables came or went meanwhile. */
export function steadyTables(before: DumpManifest['tables'], after: DumpManifest['tables']): DumpManifest['tables'] {
  const text = JSON.stringify(before);
  return text === JSON.stringify(after) && text.length <= maxTablesChars ? before : null;
}
