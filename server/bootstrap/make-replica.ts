import { chown } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { freeBytes } from '../backups/disk-space.ts';
import { watchRoom } from '../backups/room.ts';
import { BatonError, messageOf } from '../contract/errors.ts';
import { addressText } from '../contract/listen-address.ts';
import type { ReplicaParameters } from '../contract/parameters.ts';
import { clientAccount } from '../mariadb/client-options.ts';
import type { SqlTarget } from '../mariadb/connection.ts';
import { formatGtidList, type GtidList } from '../mariadb/gtid.ts';
import { installedVersion } from '../mariadb/installed-version.ts';
import type { FileOptions } from '../mariadb/options-file.ts';
import type { ReplicaStatus } from '../mariadb/replica-status.ts';
import { attach } from './attach.ts';
import { bootstrapUrl } from './bootstrap-url.ts';
import { findCopy, type FoundCopy } from './find-copy.ts';
import { beginFolder, declareWhole, discardFolder, standingOf, type InitFolder } from './init-folder.ts';
import { ownerOf, ownLogs } from './init-place.ts';
import { installDatabase } from './install-database.ts';
import { lookAtPrimary } from './look-at-primary.ts';
import type { HttpAccess } from './open-url.ts';
import { syncToDisk } from './prepare-copy.ts';
import type { PrivatePlace } from './private-arguments.ts';
import { PrivateServer } from './private-server.ts';
import { refuseEarly } from './refuse-early.ts';
import { refuseStrange } from './refusals.ts';
import { takeCopy } from './take-copy.ts';
import type { Patience } from './until-opened.ts';

/** With less, room may be what a server lacked: InnoDB does not always say so. */
const LITTLE_BYTES = 33_554_432;
/** Less is no room for a file of a server, and mariadbd waits without end for more where a write finds none: nothing ends it. */
const FULL_BYTES = 1_048_576;

/** Where an init stands. */
export type InitStage =
  | { readonly kind: 'installing' }
  | { readonly kind: 'receiving'; readonly bytes: number; readonly totalBytes: number | null }
  | { readonly kind: 'preparing' }
  | { readonly kind: 'replicating'; readonly transactionsBehind: number | null }
  | { readonly kind: 'finishing' };

/** What a replica is made of. */
export interface ReplicaParts {
  /** The options that mariadbd will be started with. */
  readonly defaultsFile: string;
  readonly parameters: ReplicaParameters;
  readonly access: HttpAccess;
  /** For the replication connection, and for the look at the primary before. */
  readonly ssl: ReplicaStatus['ssl'];
  readonly primaryTls: SqlTarget['tls'];
  /** Further options files whose account gets in over the socket: an agent's. */
  readonly accountFiles: readonly string[];
  readonly signal: AbortSignal;
  readonly patience?: Patience;
  readonly onStage: (stage: InitStage) => void;
}

export interface MadeReplica {
  /** Names of the files that it began with; [] where it began from nothing. */
  readonly copy: readonly string[];
  readonly gtid: string;
  readonly transactionsBehind: number;
}

/**
 * Makes a whole replica in the folder, caught up with its primary as far as that was in sight, and says in the folder that it
 * is whole. Rejects with BatonError or the tools' own words, the folder removed.
 */
export async function makeReplica(parts: ReplicaParts, options: FileOptions, folder: InitFolder): Promise<MadeReplica> {
  const { parameters, access, signal, onStage } = parts;
  const { primary } = parameters;
  if (!primary) throw new BatonError('invalid', 'The parameters have no primary-url: nobody to replicate from.');
  const primaryName = `the primary at ${addressText(primary)}`;
  const runAs = await ownerOf(folder.dataDirectory, options);
  const logs = await ownLogs(options, folder);
  const installed = await installedVersion();
  const found =
    parameters.bootstrapUrl === null ? null : await findCopy(bootstrapUrl(parameters.bootstrapUrl), { access, signal });
  // Behind the look at the copy: the primary has all by then that a copy of it can have.
  const before = await lookAtPrimary(primary, parts.primaryTls, { signal });
  if (found)
    await refuseEarly(found, {
      history: before.history,
      primary: primaryName,
      installed,
      dataDirectory: folder.dataDirectory,
    });
  await beginFolder(folder, logs);
  const room = watchRoom(folder.dataDirectory, { reserve: () => FULL_BYTES });
  const bounded = AbortSignal.any([signal, room.signal]);
  try {
    const { data, temporary } = folder;
    if (runAs) for (const path of [folder.folder, data, temporary]) await chown(path, runAs.uid, runAs.gid);
    const place: PrivatePlace = { defaultsFile: parts.defaultsFile, dataDirectory: data, temporary, runAs };
    const here = { ...parts, signal: bounded };
    const position = await fill(here, { found, folder, place, installed });
    const seen = await lookAtPrimary(primary, parts.primaryTls, { signal: bounded });
    if (found) refuseStrange(position, seen.history, primaryName);
    onStage({ kind: 'replicating', transactionsBehind: null });
    const server = await PrivateServer.start(place, { loading: false, signal: bounded });
    let behind: number;
    try {
      behind = await attach(server, {
        primary,
        seen,
        position,
        ssl: parts.ssl,
        accountFiles: [parts.defaultsFile, ...parts.accountFiles],
        signal: bounded,
        onBehind: (transactionsBehind) => onStage({ kind: 'replicating', transactionsBehind }),
      });
      onStage({ kind: 'finishing' });
      await server.stop();
    } finally {
      await server.kill();
    }
    await syncToDisk(data, bounded);
    await declareWhole(folder);
    return {
      copy: found?.parts.map(({ name }) => name) ?? [],
      gtid: formatGtidList(position),
      transactionsBehind: behind,
    };
  } catch (error) {
    const free = await freeBytes(folder.dataDirectory);
    const standing = await standingOf(folder);
    if (standing.kind === 'begun' && !standing.whole) await discardFolder(folder);
    if (bounded.aborted) throw bounded.reason;
    if (error instanceof BatonError || free === null || free > LITTLE_BYTES) throw error;
    throw new Error(`${messageOf(error)} (${free} bytes were free there)`, { cause: error });
  } finally {
    room.stop();
  }
}

/** The data as they were copied; of a dump or of nothing, in a new database. Answers the position to replicate from. */
async function fill(
  parts: ReplicaParts,
  {
    found,
    folder,
    place,
    installed,
  }: { found: FoundCopy | null; folder: InitFolder; place: PrivatePlace; installed: string },
): Promise<GtidList> {
  const { signal, access, patience, onStage } = parts;
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
