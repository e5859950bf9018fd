import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { compressed, type Compressed } from './compress.ts';
import { enginesHeld } from './engines-held.ts';
import { startTool } from './tool.ts';

/** What a physical copy is taken of. */
export interface PhysicalSource {
  readonly socket: string;
  /** With the account, which never stands in the arguments. */
  readonly defaultsFile: string | undefined;
  readonly dataDirectory: string;
  /** A folder that may be written: mariadb-backup keeps small files there while it runs. */
  readonly workDirectory: string;
}

/**
 * Streams a physical copy of the running server (mariadb-backup in the mbstream format, compressed) into `out`, which is
 * left open. Resolves when both tools ended well and all of it is written: only then is the copy whole. Memory does not
 * grow with it. Rejects with the tool's own last words, or when the signal aborts.
 */
export async function streamPhysical(
  source: PhysicalSource,
  {
    out,
    signal,
    onBegin,
  }: {
    readonly out: Writable;
    readonly signal: AbortSignal;
    /** Called before the first byte is written. */
    readonly onBegin: () => void;
  },
): Promise<Compressed> {
  const work = await mkdtemp(join(source.workDirectory, 'physical-'));
  try {
    const begin = once(onBegin);
    const engines = await enginesHeld(source);
    const onLog = (text: string): void => engines.onLog(text);
    const backup = startTool('mariadb-backup', physicalArguments(source, work), { onLog });
    const copied = await compressed(backup, { compressor: 'fast', out, signal, onBytes: begin });
    engines.mustBeWhole();
    return copied;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** --defaults-file has to stand first. The data directory is said: the file may hold nothing but an account. */
export function physicalArguments(
  { socket, defaultsFile, dataDirectory }: Omit<PhysicalSource, 'workDirectory'>,
  work: string,
): string[] {
  return [
    ...(defaultsFile === undefined ? ['--no-defaults'] : [`--defaults-file=${defaultsFile}`]),
    '--backup',
    '--stream=mbstream',
    `--socket=${socket}`,
    `--datadir=${dataDirectory}`,
    `--target-dir=${work}`,
  ];
}

function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (!done) act();
    done = true;
  };
}
