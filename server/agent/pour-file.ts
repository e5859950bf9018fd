import type { FileHandle } from 'node:fs/promises';
import type { Writable } from 'node:stream';

/** Fewer, larger reads of the disk for each download; larger than this gained nothing (measured). */
const pieceBytes = 262_144;

/**
 * Writes bytes of a file, both ends included, into `out` at its reader's pace, and ends it. Two buffers are used again and
 * again, one filled while the other is sent: a stream that makes one for each piece has them collected as garbage, which cost
 * more processor time than sending them (measured). Resolves when the reader has gone as well; rejects where the file can't
 * be read or is shorter, and `out` is then destroyed: that tells the reader.
 */
export async function pourFile(
  handle: FileHandle,
  { first, last }: { readonly first: number; readonly last: number },
  out: Writable,
): Promise<void> {
  let [filled, spare] = [Buffer.allocUnsafeSlow(pieceBytes), Buffer.allocUnsafeSlow(pieceBytes)];
  let position = first;
  const fill = async (buffer: Buffer): Promise<Buffer> => {
    const wanted = Math.min(pieceBytes, last + 1 - position);
    if (wanted === 0) return buffer.subarray(0, 0);
    const { bytesRead } = await handle.read(buffer, 0, wanted, position);
    if (bytesRead === 0) throw new Error(`the file ended ${last + 1 - position} bytes early`);
    position += bytesRead;
    return buffer.subarray(0, bytesRead);
  };
  try {
    for (let piece = await fill(filled); piece.length > 0;) {
      const [taken, next] = await Promise.all([write(out, piece), fill(spare)]);
      if (!taken) return;
      [filled, spare] = [spare, filled];
      piece = next;
    }
    out.end();
  } catch (error) {
    out.destroy();
    throw error;
  }
}

/** Resolves when the kernel has the bytes and their buffer is free; with false when nobody reads them any more. */
async function write(out: Writable, bytes: Buffer): Promise<boolean> {
  if (out.destroyed) return false;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const gone = (): void => resolve(false);
  out.once('close', gone);
  out.write(bytes, (error) => resolve(!error));
  try {
    return await promise;
  } finally {
    out.off('close', gone);
  }
}
