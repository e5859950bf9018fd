/*
 * A name says which server and when, sorts by time, and holds nothing that a path, a URL or a shell would read otherwise.
 * Server names are those of the configuration.
 */
const namePattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}-\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}Z\.sql\.zst$/;

/** `db-1-2026-11-20T18-54-00Z.sql.zst`: the name of a dump that was begun then. */
export function dumpName(server: string, startedAt: Date): string {
  const stamp = startedAt.toISOString().slice(0, 19).replaceAll(':', '-');
  return `${server}-${stamp}Z.sql.zst`;
}

/** True for a name that an agent could have given; everything else is never looked for on a disk. */
export function isBackupName(name: string): boolean {
  return namePattern.test(name);
}

/** True when the name is one that this server's agent gives. */
export function isBackupOf(server: string, name: string): boolean {
  // Server names may end in digits and dashes: the time stamp has a fixed length, so what stands before it is the name.
  return isBackupName(name) && name.slice(0, -'-2026-11-20T18-54-00Z.sql.zst'.length) === server;
}

/** Name of the manifest that stands beside a backup. */
export function manifestName(name: string): string {
  return `${name}.json`;
}

/** Name under which a file is written before it is whole: hidden, and nothing that the catalogue would take. */
export function partialName(name: string): string {
  return `.${name}.partial`;
}

/** The name that a partial file would have got, or null when it is none. */
export function nameOfPartial(file: string): string | null {
  return file.startsWith('.') && file.endsWith('.partial') ? file.slice(1, -'.partial'.length) : null;
}
