import { createReadStream } from 'node:fs';
import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { installDatabase } from '../bootstrap/install-database.ts';
import type { CopyBody } from '../bootstrap/copy-body.ts';
import { loadDump } from '../bootstrap/load-dump.ts';
import { positionOfCopy, prepare } from '../bootstrap/prepare-copy.ts';
import type { PrivatePlace } from '../bootstrap/private-arguments.ts';
import { PrivateServer } from '../bootstrap/private-server.ts';
import { receiveCopy } from '../bootstrap/receive-copy.ts';
import type { VerifyRun } from '../contract/agent.ts';
import type { DumpManifest } from '../contract/dumps.ts';
import { BadBackup, ofTheBackup } from './bad-backup.ts';
import { filesOutside } from './files-outside.ts';

/** A tool that takes nothing for so long hangs. */
const stallTimeoutMs = 3_600_000;

export interface RestoreParts {
  /** Where the files of the chain are. */
  readonly directory: string;
  /** An empty folder for this alone. */
  readonly folder: string;
  /** mariadbd's arguments for the storage engines of the server that the backup is of. */
  readonly engines: readonly string[];
  readonly signal: AbortSignal;
  readonly onStep: (step: VerifyRun['step']) => void;
  /** Of the files, read so far. */
  readonly onBytes: (bytes: number) => void;
}

/** A server on a restored backup, which nobody else can reach. The caller ends it. */
export interface RestoredServer {
  readonly server: PrivateServer;
  /** The position that the backup itself says. */
  readonly gtid: string | null;
}

/** Restores a dump, or a full physical backup and what builds on it. Rejects with BadBackup where it is not good. */
export async function restore(chain: readonly DumpManifest[], parts: RestoreParts): Promise<RestoredServer> {
  const [first] = chain;
  if (first === undefined) throw new Error('a chain has at least one backup');
  const [data, temporary] = [join(parts.folder, 'data'), join(parts.folder, 'tmp')];
  await mkdir(data, { mode: 0o700 });
  await mkdir(temporary, { mode: 0o700 });
  return first.method === 'dump'
    ? await restoreDump(first, data, temporary, parts)
    : await restorePhysical(chain, data, temporary, parts);
}

async function restorePhysical(
  chain: readonly DumpManifest[],
  data: string,
  temporary: string,
  parts: RestoreParts,
): Promise<RestoredServer> {
  const { folder, signal, onStep, engines } = parts;
  let before = 0;
  for (const backup of chain) {
    const into = backup.base === null ? data : join(folder, 'incremental');
    if (into !== data) await mkdir(into, { mode: 0o700 });
    onStep('unpack');
    const body = fileBody(backup, before, parts);
    await ofTheBackup(backup.name, signal, receiveCopy(body, into, { signal, stallTimeoutMs, yielding: true }));
    before += backup.bytes;
    const outside = await filesOutside(into);
    if (outside !== null) throw new Error(`it can’t be restored beside its server: ${outside}`);
    onStep('prepare');
    const onto = into === data ? {} : { incremental: into };
    await ofTheBackup(backup.name, signal, prepare(data, { signal, yielding: true, ...onto }));
    if (into !== data) await rm(into, { recursive: true });
  }
  const gtid = await positionOfCopy(data);
  onStep('start');
  // What mariadb-backup wrote of the source's options: without them its files can't be read.
  const place = {
    defaultsFile: join(data, 'backup-my.cnf'),
    dataDirectory: data,
    temporary,
    runAs: null,
    yielding: true,
    engines,
  };
  const last = chain.at(-1)?.name ?? '';
  return { server: await ofTheBackup(last, signal, PrivateServer.start(place, { loading: true, signal })), gtid };
}

async function restoreDump(
  backup: DumpManifest,
  data: string,
  temporary: string,
  parts: RestoreParts,
): Promise<RestoredServer> {
  const { folder, signal, onStep, engines } = parts;
  const defaultsFile = join(folder, 'my.cnf');
  // A DATA DIRECTORY in the dump would lead to the files of the server that it is of.
  await writeFile(defaultsFile, '[mariadbd]\nsymbolic-links=0\n', { mode: 0o600 });
  const place: PrivatePlace = { defaultsFile, dataDirectory: data, temporary, runAs: null, yielding: true, engines };
  onStep('start');
  await installDatabase(place, signal);
  const server = await PrivateServer.start(place, { loading: true, signal });
  try {
    onStep('load');
    const { compression, name } = backup;
    const { clientFile } = server;
    const options = { compression, clientFile, signal, refuse: () => null, yielding: true };
    const loaded = loadDump(fileBody(backup, 0, parts), options);
    return { server, gtid: await ofTheBackup(name, signal, loaded) };
  } catch (error) {
    await server.kill();
    throw error;
  }
}

/** The bytes of a backup's file, which end well only when they are those of its manifest. */
function fileBody(
  { name, bytes, sha256 }: DumpManifest,
  before: number,
  { directory, onBytes }: RestoreParts,
): CopyBody {
  const file = createReadStream(join(directory, name), { highWaterMark: 262_144 });
  return {
    close: () => void file.destroy(),
    bytes: (async function* () {
      const hash = createHash('sha256');
      let read = 0;
      for await (const chunk of file) {
        if (!Buffer.isBuffer(chunk)) continue;
        hash.update(chunk);
        read += chunk.length;
        onBytes(before + read);
        yield chunk;
      }
      if (read !== bytes) throw new BadBackup(`its file has ${read} bytes, and its manifest says ${bytes}`);
      if (hash.digest('hex') !== sha256) throw new BadBackup('its file has another SHA-256 than its manifest says');
    })(),
  };
}
