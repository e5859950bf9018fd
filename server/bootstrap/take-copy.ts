import { mkdir, rm, chown } from 'node:fs/promises';
import type { RunAs } from '../backups/tool.ts';
import { BatonError } from '../contract/errors.ts';
import type { GtidList } from '../mariadb/gtid.ts';
import type { CopyBody } from './copy-body.ts';
import type { CopyPart } from './copy-parts.ts';
import type { FoundCopy } from './find-copy.ts';
import type { InitFolder } from './init-folder.ts';
import { keepSyncing } from './keep-syncing.ts';
import { loadDump } from './load-dump.ts';
import type { HttpAccess } from './open-url.ts';
import { positionOfCopy, prepare, versionOfCopy } from './prepare-copy.ts';
import type { PrivatePlace } from './private-arguments.ts';
import { PrivateServer } from './private-server.ts';
import { receiveCopy } from './receive-copy.ts';
import { agreedPosition, versionInDump, versionRefusal } from './refusals.ts';
import { RemoteFile } from './remote-file.ts';
import type { Patience } from './until-opened.ts';

/** RemoteFile has its own patience; this is for a tool that takes nothing any more. */
const STALL_MS = 1_800_000;

export interface TakeCopy {
  readonly found: FoundCopy;
  readonly access: HttpAccess;
  readonly folder: InitFolder;
  readonly place: PrivatePlace;
  /** Version of the MariaDB that is installed here. */
  readonly installed: string;
  readonly signal: AbortSignal;
  readonly patience?: Patience;
  /** Of the files as they come over the network, all together; total null: not known. */
  readonly onBytes: (bytes: number, total: number | null) => void;
  readonly onPreparing: () => void;
}

/**
 * Takes the first copy into the folder: a dump is loaded into a server that nobody else reaches, physical ones are unpacked
 * and prepared, both while they come in and are checked. Answers the position to replicate from. Rejects with the reason,
 * and what is in the folder is then worth nothing.
 */
export async function takeCopy(take: TakeCopy): Promise<GtidList> {
  const { parts } = take.found;
  const [first] = parts;
  if (!first) throw new Error('a copy has at least one file');
  const incoming = new Incoming(take);
  const syncing = keepSyncing(take.folder.data, take.signal);
  try {
    return first.kind === 'dump' ? await takeDump(take, first, incoming) : await takePhysical(take, parts, incoming);
  } finally {
    await syncing.stop();
  }
}

async function takeDump(take: TakeCopy, part: CopyPart, incoming: Incoming): Promise<GtidList> {
  const { place, signal, installed } = take;
  const refuse = (head: string): Error | null => versionRefusal('dump', versionInDump(head), installed);
  const server = await PrivateServer.start(place, { loading: true, signal });
  let own: string | null;
  try {
    const { compression } = part;
    own = await incoming.read(part, async (body) => {
      return await loadDump(body, { compression, clientFile: server.clientFile, signal, refuse });
    });
    take.onPreparing();
    await server.stop();
  } finally {
    await server.kill();
  }
  return agreedPosition(own, part.manifest, part.name);
}

async function takePhysical(take: TakeCopy, parts: readonly CopyPart[], incoming: Incoming): Promise<GtidList> {
  const { folder, place, signal } = take;
  const { runAs } = place;
  let position: GtidList = [];
  for (const part of parts) {
    const incremental = part.kind === 'incremental';
    const directory = incremental ? folder.incremental : folder.data;
    if (incremental) await ownFolder(directory, runAs);
    await incoming.read(part, async (body) => {
      const compression = part.compression === 'gzip' ? 'gzip' : 'zstd';
      await receiveCopy(body, directory, { signal, stallTimeoutMs: STALL_MS, compression, runAs });
    });
    const refusal = versionRefusal('physical', await versionOfCopy(directory), take.installed);
    if (refusal) throw refusal;
    // Before the work: the position of the last one counts, and that of each one has to be there.
    position = agreedPosition(await positionOfCopy(directory), part.manifest, part.name);
    take.onPreparing();
    await prepare(folder.data, { signal, runAs, ...(incremental ? { incremental: directory } : {}) });
    if (incremental) await rm(directory, { recursive: true });
  }
  return position;
}

async function ownFolder(path: string, runAs: RunAs | null): Promise<void> {
  await mkdir(path, { mode: 0o700 });
  if (runAs) await chown(path, runAs.uid, runAs.gid);
}

/** Reads the files of a copy one after the other, counts them, and holds each against its length and SHA-256. */
class Incoming {
  readonly #take: TakeCopy;
  #before = 0;

  constructor(take: TakeCopy) {
    this.#take = take;
  }

  /** Hands the bytes of a file to `use`. */
  async read<T>(part: CopyPart, use: (body: CopyBody) => Promise<T>): Promise<T> {
    const { found, access, signal, patience } = this.#take;
    const url = new URL(part.name, found.folder);
    const file = await RemoteFile.open(url, { access, signal, ...(patience ? { patience } : {}) });
    try {
      return await use({ bytes: this.#checked(part, file), close: () => file.close() });
    } finally {
      file.close();
      this.#before += file.position;
    }
  }

  async *#checked(part: CopyPart, file: RemoteFile): AsyncGenerator<Buffer, void, undefined> {
    const bytes = part.manifest?.bytes ?? file.head.bytes;
    const sha256 = part.manifest?.sha256 ?? file.head.sha256;
    if (file.head.bytes !== null && bytes !== file.head.bytes) throw changed(part.name, 'length');
    for await (const chunk of file.read()) {
      this.#take.onBytes(this.#before + file.position, this.#total(file));
      yield chunk;
    }
    if (bytes !== null && file.position !== bytes) throw changed(part.name, 'length');
    if (sha256 !== null && file.sha256 !== sha256) throw changed(part.name, 'SHA-256');
  }

  #total(file: RemoteFile): number | null {
    const { parts } = this.#take.found;
    if (parts.length === 1) return parts[0]?.manifest?.bytes ?? file.head.bytes;
    return parts.every(({ manifest }) => manifest)
      ? parts.reduce((sum, { manifest }) => sum + (manifest?.bytes ?? 0), 0)
      : null;
  }
}

function changed(name: string, what: string): BatonError {
  return new BatonError(
    'refused',
    `${name} has another ${what} than its manifest says: it is damaged, or was changed.`,
    'Take a new backup.',
  );
}
