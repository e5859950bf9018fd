import { chown } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { freeBytes } from '../backups/disk-space.ts';
import { BatonError, messageOf } from '../contract/errors.ts';
import { addressText } from '../contract/listen-address.ts';
import type { ReplicaParameters } from '../contract/parameters.ts';
import { replaceFile } from '../files/durable-file.ts';
import { clientAccount } from '../mariadb/client-options.ts';
import type { SqlTarget } from '../mariadb/connection.ts';
import { formatGtidList, type GtidList } from '../mariadb/gtid.ts';
import { installedVersion } from '../mariadb/installed-version.ts';
import { readOptionsFile, type FileOptions } from '../mariadb/options-file.ts';
import type { ReplicaStatus } from '../mariadb/replica-status.ts';
import { attach } from './attach.ts';
import { bootstrapUrl } from './bootstrap-url.ts';
import { findCopy, type FoundCopy } from './find-copy.ts';
import { replicaOptions } from './first-options.ts';
import {
  beginFolder,
  declareWhole,
  discardFolder,
  hasTables,
  initFolderOf,
  putInPlace,
  standingOf,
  type InitFolder,
} from './init-folder.ts';
import { dataDirectoryOf, lockForInit, ownerOf, ownLogs } from './init-place.ts';
import { installDatabase } from './install-database.ts';
import { lookAtPrimary } from './look-at-primary.ts';
import type { HttpAccess } from './open-url.ts';
import { syncToDisk } from './prepare-copy.ts';
import type { PrivatePlace } from './private-arguments.ts';
import { PrivateServer } from './private-server.ts';
import { refuseEarly } from './refuse-early.ts';
import { refuseStrange } from './refusals.ts';
import type { Patience } from './until-opened.ts';
import { takeCopy } from './take-copy.ts';
import { watchSpace } from './watch-space.ts';

/** With less, room may be what a server lacked: InnoDB does not always say so. */
const LITTLE_BYTES = 33_554_432;

/** Where an init stands. */
export type InitStage =
  | { readonly kind: 'installing' }
  | { readonly kind: 'receiving'; readonly bytes: number; readonly totalBytes: number | null }
  | { readonly kind: 'preparing' }
  | { readonly kind: 'replicating'; readonly transactionsBehind: number | null }
  | { readonly kind: 'finishing' };

export interface ReplicaInit {
  /** The options that mariadbd will be started with. */
  readonly defaultsFile: string;
  readonly parameters: ReplicaParameters;
  readonly access: HttpAccess;
  /** For the replication connection, and for the look at the primary before. */
  readonly ssl: ReplicaStatus['ssl'];
  readonly primaryTls: SqlTarget['tls'];
  /** Further options files whose account gets in over the socket: an agent's. */
  readonly accountFiles: readonly string[];
  /** Included last by the server's options; it keeps the replica read-only. null: the options decide. */
  readonly persistFile: string | null;
  readonly signal: AbortSignal;
  readonly patience?: Patience;
  readonly onStage: (stage: InitStage) => void;
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
  | {
      readonly kind: 'replicates';
      readonly dataDirectory: string;
      /** Names of the files that it began with; [] where it began from nothing. */
      readonly copy: readonly string[];
      readonly gtid: string;
      readonly transactionsBehind: number;
      /** An earlier init had been ended behind its last check, and was finished. */
      readonly resumed: boolean;
      /** The options file keeps replication from starting by itself. */
      readonly heldBack: boolean;
    };

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
    return await begin(init, options, folder);
  } finally {
    await release();
  }
}

async function begin(init: ReplicaInit, options: FileOptions, folder: InitFolder): Promise<InitEnd> {
  const { parameters, access, signal, onStage } = init;
  const { primary } = parameters;
  if (!primary) throw new BatonError('invalid', 'The parameters have no primary-url: nobody to replicate from.');
  const primaryName = `the primary at ${addressText(primary)}`;
  const runAs = await ownerOf(folder.dataDirectory, options);
  const logs = await ownLogs(options, folder);
  const installed = await installedVersion();
  const found =
    parameters.bootstrapUrl === null ? null : await findCopy(bootstrapUrl(parameters.bootstrapUrl), { access, signal });
  // Behind the look at the copy: the primary has all by then that a copy of it can have.
  const before = await lookAtPrimary(primary, init.primaryTls, { signal });
  if (found)
    await refuseEarly(found, {
      history: before.history,
      primary: primaryName,
      installed,
      dataDirectory: folder.dataDirectory,
    });
  await beginFolder(folder, logs);
  const space = watchSpace(folder.dataDirectory, signal);
  try {
    const { data, temporary } = folder;
    if (runAs) for (const path of [folder.folder, data, temporary]) await chown(path, runAs.uid, runAs.gid);
    const place: PrivatePlace = { defaultsFile: init.defaultsFile, dataDirectory: data, temporary, runAs };
    const here = { ...init, signal: space.signal };
    const position = await fill(here, { found, folder, place, installed });
    const seen = await lookAtPrimary(primary, init.primaryTls, { signal: space.signal });
    if (found) refuseStrange(position, seen.history, primaryName);
    onStage({ kind: 'replicating', transactionsBehind: null });
    const server = await PrivateServer.start(place, { loading: false, signal: space.signal });
    let behind: number;
    try {
      behind = await attach(server, {
        primary,
        seen,
        position,
        ssl: init.ssl,
        accountFiles: [init.defaultsFile, ...init.accountFiles],
        signal: space.signal,
        onBehind: (transactionsBehind) => onStage({ kind: 'replicating', transactionsBehind }),
      });
      onStage({ kind: 'finishing' });
      await server.stop();
    } finally {
      await server.kill();
    }
    await syncToDisk(data, space.signal);
    await declareWhole(folder);
    await finish(init, folder);
    return {
      ...ended(folder.dataDirectory, options),
      copy: found?.parts.map(({ name }) => name) ?? [],
      gtid: formatGtidList(position),
      transactionsBehind: behind,
      resumed: false,
    };
  } catch (error) {
    const free = await freeBytes(folder.dataDirectory);
    const standing = await standingOf(folder);
    if (standing.kind === 'begun' && !standing.whole) await discardFolder(folder);
    if (space.signal.aborted) throw space.signal.reason;
    if (error instanceof BatonError || free === null || free > LITTLE_BYTES) throw error;
    throw new Error(`${messageOf(error)} (${free} bytes were free there)`, { cause: error });
  } finally {
    space.stop();
  }
}

/** The data as they were copied; of a dump or of nothing, in a new database. Answers the position to replicate from. */
async function fill(
  init: ReplicaInit,
  {
    found,
    folder,
    place,
    installed,
  }: { found: FoundCopy | null; folder: InitFolder; place: PrivatePlace; installed: string },
): Promise<GtidList> {
  const { signal, access, patience, onStage } = init;
  if (!found || found.parts[0]?.kind === 'dump') {
    onStage({ kind: 'installing' });
    const { user, password } = await clientAccount(place.defaultsFile);
    // As the options file has it, where root is not the system's: SlapOS, for one.
    const open = user === 'root' && password === '' && userInfo().username !== 'root';
    await installDatabase(place, signal, open ? 'normal' : 'socket');
  }
  if (!found) return [];
  return await takeCopy({
    found,
    access,
    folder,
    place,
    installed,
    signal,
    ...(patience ? { patience } : {}),
    onBytes: (bytes, totalBytes) => onStage({ kind: 'receiving', bytes, totalBytes }),
    onPreparing: () => onStage({ kind: 'preparing' }),
  });
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
