import { createHash } from 'node:crypto';
import type { DumpMethod } from '../contract/dumps.ts';

/*
 * A name says which server, when and of what kind, sorts by time, and holds nothing that a path, a URL or a shell would
 * read otherwise. Server names are those of the configuration.
 */
const namePattern =
  /^([A-Za-z0-9][A-Za-z0-9_-]{0,62})-(\d{4}-\d{2}-\d{2}T\d{2}-\d{2}-\d{2}Z)\.(?:(?:[A-Za-z0-9_@-]{1,120}\.)?sql\.(?:zst|gz)|(?:full|inc)\.xb\.zst)$/;

/** Longer ones are cut, and told apart by a checksum: a file name has 255 bytes. */
const maxDatabaseChars = 100;

/** What a name is made of. */
export interface NamedBackup {
  readonly server: string;
  readonly startedAt: Date;
  readonly method: DumpMethod;
  readonly compression: 'zstd' | 'gzip';
  readonly database: string | null;
}

/**
 * The name of a backup that was begun then: `db-1-2026-11-20T18-54-00Z.sql.zst` (a dump), `….shop.sql.zst` (of one
 * database), `….full.xb.zst` and `….inc.xb.zst` (physical, in the mbstream format).
 */
export function backupName({ server, startedAt, method, compression, database }: NamedBackup): string {
  const stamp = startedAt.toISOString().slice(0, 19).replaceAll(':', '-');
  return `${server}-${stamp}Z.${ending(method, database)}.${compression === 'gzip' ? 'gz' : 'zst'}`;
}

function ending(method: DumpMethod, database: string | null): string {
  switch (method) {
    case 'mariabackup':
      return 'full.xb';
    case 'mariabackup-incremental':
      return 'inc.xb';
    case 'dump':
  }
  return database === null ? 'sql' : `${plainDatabase(database)}.sql`;
}

/** As MariaDB names the folder of a database: what is no letter, digit, _ or - as @ and its number. */
function plainDatabase(database: string): string {
  const plain = database.replaceAll(
    /[^A-Za-z0-9_-]/g,
    (char) => `@${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  if (plain.length <= maxDatabaseChars) return plain;
  return `${plain.slice(0, maxDatabaseChars)}@${createHash('sha256').update(database).digest('hex').slice(0, 16)}`;
}

/** True for a name that an agent could have given; everything else is never looked for on a disk. */
export function isBackupName(name: string): boolean {
  return namePattern.test(name);
}

/** True when the name is one that this server's agent gives. */
export function isBackupOf(server: string, name: string): boolean {
  // Server names may end in digits and dashes: the time stamp has a fixed length, so what stands before it is the name.
  return namePattern.exec(name)?.[1] === server;
}

/** Name of the manifest that stands beside a backup. */
export function manifestName(name: string): string {
  return `${name}.json`;
}

/** Name of the record of its last verification. */
export function verificationName(name: string): string {
  return `${name}.verified.json`;
}

/** Name under which a file is written before it is whole: hidden, and nothing that the catalogue would take. */
export function partialName(name: string): string {
  return `.${name}.partial`;
}

/** The name that a partial file would have got, or null when it is none. */
export function nameOfPartial(file: string): string | null {
  return file.startsWith('.') && file.endsWith('.partial') ? file.slice(1, -'.partial'.length) : null;
}
