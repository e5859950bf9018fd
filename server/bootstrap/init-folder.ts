import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';
import { replaceFile, syncDirectory } from '../files/durable-file.ts';
import { exists } from './exchange.ts';

/** Within the data directory, which may be a mount point: nothing beside it has to be writable. */
const NAME = '.baton-init';
/** What a file system puts there by itself. */
const NOT_DATA = ['lost+found'];
/** A server starts on a directory that has its tables: they come last. */
const TABLES = 'mysql';

/** Where a first copy is made: in a folder within the data directory that it is to become. */
export interface InitFolder {
  readonly dataDirectory: string;
  readonly folder: string;
  /** Becomes the data. */
  readonly data: string;
  readonly incremental: string;
  readonly temporary: string;
  /** Lists where the server's options put its logs outside of `data`, so that a later run may clear them away. */
  readonly note: string;
}

/** The paths of the folder within that data directory; nothing is made. */
export function initFolderOf(dataDirectory: string): InitFolder {
  const folder = join(dataDirectory, NAME);
  const within = (name: string): string => join(folder, name);
  return {
    dataDirectory,
    folder,
    data: within('data'),
    incremental: within('incremental'),
    temporary: within('tmp'),
    note: within('init.json'),
  };
}

const note = z.object({
  format: z.literal(1),
  /** The copy is whole, and is being put in its place: that goes on, whatever comes. */
  whole: z.boolean(),
  logs: z.array(z.string()),
});
type Note = z.infer<typeof note>;

/** What stands in a data directory. */
export type Standing =
  /** leftFolder: an init was ended before it removed its own, empty folder. */
  | { readonly kind: 'data'; readonly leftFolder: boolean }
  | { readonly kind: 'empty' }
  /** An init was ended there. whole: only its last renames are left to do. */
  | { readonly kind: 'begun'; readonly whole: boolean }
  /** Neither a database nor nothing: names of some of the files. */
  | { readonly kind: 'strange'; readonly names: readonly string[] };

/** Looks at the data directory. Rejects where it can't be read. */
export async function standingOf(folder: InitFolder): Promise<Standing> {
  const entries = await namesIn(folder.dataDirectory);
  const begun = entries.includes(NAME) ? await readNote(folder) : null;
  // The tables come last: with them in place a server may have run, and have been promoted, since.
  const inPlace = entries.includes(TABLES) && begun?.whole === true && (await namesIn(folder.data)).length === 0;
  if (inPlace) return { kind: 'data', leftFolder: true };
  if (begun?.whole) return { kind: 'begun', whole: true };
  if (entries.includes(TABLES)) return { kind: 'data', leftFolder: false };
  const logs = begun?.logs ?? [];
  const others = entries.filter(
    (name) =>
      name !== NAME && !NOT_DATA.includes(name) && !logs.some((log) => isLogOf(log, join(folder.dataDirectory, name))),
  );
  if (others.length > 0) return { kind: 'strange', names: others.slice(0, 3) };
  return entries.includes(NAME) ? { kind: 'begun', whole: false } : { kind: 'empty' };
}

/** Whether a server could be started on the data directory, and may have been. */
export async function hasTables({ dataDirectory }: InitFolder): Promise<boolean> {
  return await exists(join(dataDirectory, TABLES));
}

/** Makes the folder, empty, in a data directory that is empty or holds an earlier one. */
export async function beginFolder(folder: InitFolder, logs: readonly string[]): Promise<void> {
  await discardFolder(folder);
  await mkdir(folder.folder, { recursive: true, mode: 0o700 });
  await write(folder, { format: 1, whole: false, logs: [...logs] });
  await syncDirectory(folder.dataDirectory);
  await Promise.all([folder.data, folder.temporary].map((path) => mkdir(path, { mode: 0o700 })));
}

/** Removes what an init had begun, and the logs that its server wrote elsewhere. The data directory is empty then. */
export async function discardFolder(folder: InitFolder): Promise<void> {
  if (!(await exists(folder.folder))) return;
  for (const log of await notedLogs(folder)) await removeLogs(log);
  // A tool that was ended by force may still be writing its last file.
  await rm(folder.folder, { recursive: true, force: true, maxRetries: 10 });
  await syncDirectory(folder.dataDirectory);
}

/** From here on the copy is the data, also for a run that finds it so. */
export async function declareWhole(folder: InitFolder): Promise<void> {
  await write(folder, { format: 1, whole: true, logs: [...(await notedLogs(folder))] });
}

/**
 * Puts a whole copy in its place, its tables last: no server starts on a part of it. Goes on from wherever an earlier run
 * was ended. Rejects where something else has one of the names.
 */
export async function putInPlace(folder: InitFolder): Promise<void> {
  const { data, dataDirectory } = folder;
  const names = await namesIn(data);
  for (const name of names.toSorted((a, b) => Number(a === TABLES) - Number(b === TABLES))) {
    if (await exists(join(dataDirectory, name))) {
      throw new Error(`${join(dataDirectory, name)} exists already: was a server started there meanwhile?`);
    }
    if (name === TABLES) await syncDirectory(dataDirectory);
    await rename(join(data, name), join(dataDirectory, name));
  }
  await syncDirectory(dataDirectory);
  await rm(folder.folder, { recursive: true, force: true });
  await syncDirectory(dataDirectory);
}

/** Bases of logs outside of the data that an init which was ended there had for its own. */
export async function notedLogs(folder: InitFolder): Promise<readonly string[]> {
  return (await readNote(folder))?.logs ?? [];
}

/** Whether a log family of this base name has files: "/srv/log/bin" has "/srv/log/bin.index". */
export async function hasLogs(base: string): Promise<boolean> {
  const names = await namesIn(dirname(base));
  return names.some((name) => isLogOf(base, join(dirname(base), name)));
}

async function removeLogs(base: string): Promise<void> {
  for (const name of await namesIn(dirname(base))) {
    const path = join(dirname(base), name);
    if (isLogOf(base, path)) await rm(path, { force: true });
  }
}

/** "bin.000001", "bin.index", "bin.state": what a server makes of a log's base name. */
function isLogOf(base: string, path: string): boolean {
  if (dirname(path) !== dirname(base) || !basename(path).startsWith(`${basename(base)}.`)) return false;
  return /^(\d{6,}(\.idx)?|index|state|info)$/.test(basename(path).slice(basename(base).length + 1));
}

/** The names in a directory; [] where it is not there. What can't be read is never taken for empty. */
async function namesIn(directory: string): Promise<string[]> {
  return await readdir(directory).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}

async function readNote({ note: file }: InitFolder): Promise<Note | null> {
  try {
    const parsed = note.safeParse(JSON.parse(await readFile(file, 'utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    // Ended before its first word was on the disk: nothing was made either.
    return null;
  }
}

async function write(folder: InitFolder, value: Note): Promise<void> {
  await replaceFile(folder.note, `${JSON.stringify(value)}\n`);
}
