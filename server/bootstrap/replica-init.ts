import { BatonError, messageOf } from '../contract/errors.ts';
import { replaceFile } from '../files/durable-file.ts';
import { readOptionsFile, type FileOptions } from '../mariadb/options-file.ts';
import { replicaOptions } from './first-options.ts';
import { hasTables, initFolderOf, putInPlace, standingOf, type InitFolder } from './init-folder.ts';
import { dataDirectoryOf, lockForInit } from './init-place.ts';
import { makeReplica, type MadeReplica, type ReplicaParts } from './make-replica.ts';

export interface ReplicaInit extends ReplicaParts {
  /** Included last by the server's options; it keeps the replica read-only. null: the options decide. */
  readonly persistFile: string | null;
  /** Awaited before the data have their place: from then on a run finds them, and has nothing to do. */
  readonly beforeInPlace?: () => Promise<void>;
}

/** Nothing was done: there is a database already. */
export interface DataExist {
  readonly kind: 'data-exist';
  readonly dataDirectory: string;
}

export type InitEnd =
  | DataExist
  | (MadeReplica & {
      readonly kind: 'replicates';
      readonly dataDirectory: string;
      /** An earlier init had been ended behind its last check, and was finished. */
      readonly resumed: boolean;
      /** The options file keeps replication from starting by itself. */
      readonly heldBack: boolean;
    });

/**
 * What an init comes to where the server of these options has its data already: it needs no parameters and no files then.
 * null where it has none. Rejects as initReplica does.
 */
export async function existingData(defaultsFile: string): Promise<DataExist | null> {
  const options = await readOptionsFile(defaultsFile);
  const dataDirectory = dataDirectoryOf(options, defaultsFile);
  const folder = initFolderOf(dataDirectory);
  const standing = await standingOf(folder);
  if (standing.kind !== 'data') return null;
  if (standing.leftFolder) {
    const release = await lockForInit(dataDirectory, options);
    try {
      await putInPlace(folder);
    } finally {
      await release();
    }
  }
  return { kind: 'data-exist', dataDirectory };
}

/**
 * Makes the data directory of a server that has none yet, as a replica of its primary: it replicates as soon as mariadbd is
 * started on it. Existing data are never touched. Ended at any time, the directory is either whole or empty but for a
 * folder that the next run begins anew. Rejects with BatonError or the tools' own words; what was begun is then removed.
 */
export async function initReplica(init: ReplicaInit): Promise<InitEnd> {
  const options = await readOptionsFile(init.defaultsFile);
  const dataDirectory = dataDirectoryOf(options, init.defaultsFile);
  const release = await lockForInit(dataDirectory, options);
  try {
    const folder = initFolderOf(dataDirectory);
    const standing = await standingOf(folder);
    if (standing.kind === 'data') {
      if (standing.leftFolder) await putInPlace(folder);
      return { kind: 'data-exist', dataDirectory };
    }
    if (standing.kind === 'strange') {
      throw new BatonError(
        'refused',
        `${dataDirectory} is not empty and holds no database: ${standing.names.join(', ')}.`,
        'Look at what is there; an empty directory is needed.',
      );
    }
    if (standing.kind === 'begun' && standing.whole) {
      await finish(init, folder);
      return { ...ended(dataDirectory, options), copy: [], gtid: '', transactionsBehind: 0, resumed: true };
    }
    const made = await makeReplica(init, options, folder);
    await finish(init, folder);
    return { ...ended(dataDirectory, options), ...made, resumed: false };
  } finally {
    await release();
  }
}

async function finish({ persistFile, beforeInPlace }: ReplicaInit, folder: InitFolder): Promise<void> {
  await beforeInPlace?.();
  // Before the data have their place, and never behind that: a server that starts on them then is read-only.
  if (persistFile !== null && !(await hasTables(folder))) await replaceFile(persistFile, replicaOptions, 0o644);
  await putInPlace(folder);
}

function ended(dataDirectory: string, { skipsSlaveStart }: FileOptions) {
  return { kind: 'replicates', dataDirectory, heldBack: skipsSlaveStart } as const;
}

/** For the terminal: why it failed. */
export function initFailure(error: unknown): BatonError {
  if (error instanceof BatonError) return error;
  return new BatonError(
    'unavailable',
    `No replica was made: ${messageOf(error)}.`,
    'Nothing is left of it; run this again.',
  );
}
