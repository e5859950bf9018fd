import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { startTool } from '../backups/tool.ts';
import { untilBroken } from '../backups/until-broken.ts';

/** A compressed physical copy as it comes in. */
export interface IncomingCopy {
  readonly body: Readable;
  /** What the sender says of it once it is whole; null where it broke off. Asked when the body has ended. */
  readonly whole: () => { readonly bytes: number; readonly sha256: string } | null;
}

/**
 * Unpacks a physical copy into an empty directory while it comes in: nothing of it is on the disk twice, and memory does
 * not grow. Resolves when all of it is unpacked and its length and SHA-256 are those that the sender counted. Rejects
 * otherwise, also after `stallTimeoutMs` without a byte, with what is half in the directory left there.
 */
export async function receiveCopy(
  copy: IncomingCopy,
  directory: string,
  options: {
    readonly signal: AbortSignal;
    readonly stallTimeoutMs: number;
    /** Told what is unpacked so far. */
    readonly onBytes: (bytes: number) => void;
  },
): Promise<void> {
  const zstd = startTool('zstd', ['-q', '-d', '-c']);
  const unpack = startTool('mbstream', ['-x', '-C', directory]);
  const hash = createHash('sha256');
  let [received, unpacked] = [0, 0];
  const stalled = new AbortController();
  const seconds = options.stallTimeoutMs / 1000;
  const stall = setTimeout(
    () => stalled.abort(new Error(`nothing of the copy came for ${seconds} s`)),
    options.stallTimeoutMs,
  );
  const signal = AbortSignal.any([options.signal, stalled.signal]);
  const take = pipeline(
    copy.body,
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        stall.refresh();
        hash.update(chunk);
        received += chunk.length;
        yield chunk;
      }
      // Before the tools see its end: a copy that broke off between two files unpacks without a complaint.
      checkWhole(copy.whole(), received, hash.digest('hex'));
    },
    zstd.stdin,
    { signal },
  );
  const write = pipeline(
    zstd.stdout,
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        unpacked += chunk.length;
        options.onBytes(unpacked);
        yield chunk;
      }
    },
    unpack.stdin,
    { signal },
  );
  // mbstream prints nothing there, and must not wait because nobody reads.
  unpack.stdout.resume();
  try {
    await untilBroken([zstd, unpack], signal, [take, write]);
  } finally {
    clearTimeout(stall);
    copy.body.destroy();
  }
}

function checkWhole(said: ReturnType<IncomingCopy['whole']>, bytes: number, sha256: string): void {
  if (said === null) throw new Error(`the copy broke off after ${bytes} bytes`);
  if (said.bytes !== bytes) throw new Error(`the copy has ${bytes} bytes, its sender counted ${said.bytes}`);
  if (said.sha256 !== sha256) throw new Error('the copy was changed on its way: its SHA-256 is not the sender’s');
}
