import { createHash } from 'node:crypto';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Stall } from '../backups/stall.ts';
import { startTool, type ToolOptions } from '../backups/tool.ts';
import { untilBroken } from '../backups/until-broken.ts';
import { readInto, type CopyBody } from './copy-body.ts';

/** A compressed physical copy as another agent sends it. */
export interface IncomingCopy {
  readonly body: Readable;
  /** What the sender says of it once it is whole; null where it broke off. Asked when the body has ended. */
  readonly whole: () => { readonly bytes: number; readonly sha256: string } | null;
}

/** The same as bytes that end well only when they are all that the sender counted: a copy that broke off rejects. */
export function wholeCopy(copy: IncomingCopy): CopyBody {
  return { bytes: checked(copy), close: () => void copy.body.destroy() };
}

async function* checked(copy: IncomingCopy): AsyncGenerator<Buffer, void, undefined> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of copy.body) {
    if (!Buffer.isBuffer(chunk)) continue;
    hash.update(chunk);
    bytes += chunk.length;
    yield chunk;
  }
  checkWhole(copy.whole(), bytes, hash.digest('hex'));
}

/**
 * Unpacks a physical copy into a directory while it comes in: nothing of it is on the disk twice, and memory does not grow.
 * Resolves when all of it is unpacked. Rejects where `body` does, which must end well only when it was whole; where a tool
 * fails; and after `stallTimeoutMs` without a byte. What is half in the directory is left there.
 */
export async function receiveCopy(
  body: CopyBody,
  directory: string,
  options: {
    readonly signal: AbortSignal;
    readonly stallTimeoutMs: number;
    /** Told what is unpacked so far. */
    readonly onBytes?: (bytes: number) => void;
    readonly compression?: 'zstd' | 'gzip';
  } & Pick<ToolOptions, 'runAs' | 'yielding'>,
): Promise<void> {
  const { onBytes, runAs, yielding, stallTimeoutMs } = options;
  const unpack = startTool('mbstream', ['-x', '-C', directory], { runAs, yielding });
  const [command, args] = decompressor(options.compression ?? 'zstd');
  // Where nobody counts, no unpacked byte comes through here: a third of the time, and nothing to clean up.
  const expand = startTool(command, args, { yielding, into: onBytes ? null : unpack.stdin });
  if (!onBytes) unpack.stdin.destroy();
  const stall = new Stall(stallTimeoutMs, `nothing of the copy came for ${stallTimeoutMs / 1000} s`);
  const signal = AbortSignal.any([options.signal, stall.signal]);
  // The tools see its end behind its check: a copy that broke off between two files unpacks without a complaint.
  const take = async (bytes: AsyncIterable<Buffer>): Promise<void> =>
    await pipeline(
      bytes,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          stall.refresh();
          yield chunk;
        }
      },
      expand.stdin,
      { signal },
    );
  const write = onBytes ? [counted(expand.stdout, unpack.stdin, onBytes, signal)] : [];
  // mbstream prints nothing there, and must not wait because nobody reads.
  unpack.stdout.resume();
  try {
    await readInto(body, signal, async (bytes) => {
      await untilBroken([expand, unpack], signal, [take(bytes), ...write]);
    });
  } finally {
    stall.clear();
  }
}

async function counted(
  from: Readable,
  to: Writable,
  onBytes: (bytes: number) => void,
  signal: AbortSignal,
): Promise<void> {
  let bytes = 0;
  await pipeline(
    from,
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        bytes += chunk.length;
        onBytes(bytes);
        yield chunk;
      }
    },
    to,
    { signal },
  );
}

/** What expands a stream. */
export function decompressor(compression: 'zstd' | 'gzip'): [command: string, args: string[]] {
  return compression === 'gzip' ? ['gzip', ['-q', '-d', '-c']] : ['zstd', ['-q', '-d', '-c']];
}

function checkWhole(said: ReturnType<IncomingCopy['whole']>, bytes: number, sha256: string): void {
  if (said === null) throw new Error(`the copy broke off after ${bytes} bytes`);
  if (said.bytes !== bytes) throw new Error(`the copy has ${bytes} bytes, its sender counted ${said.bytes}`);
  if (said.sha256 !== sha256) throw new Error('the copy was changed on its way: its SHA-256 is not the sender’s');
}
