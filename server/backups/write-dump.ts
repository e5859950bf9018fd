import type { FileHandle } from 'node:fs/promises';
import { diskTrouble, intoFile } from './backup-file.ts';
import { compressed, type Compressed } from './compress.ts';
import { headBytes, tailBytes } from './dump-text.ts';
import { Stall } from './stall.ts';
import { startTool } from './tool.ts';

/** What stands in the file now. */
export interface WrittenDump extends Compressed {
  /** The first and the last bytes of the uncompressed text. */
  readonly head: string;
  readonly tail: string;
  /** The end of what mariadb-dump complained about. */
  readonly log: string;
}

/**
 * Streams what mariadb-dump prints, compressed, into the file and to the disk. Memory does not grow with the dump.
 * Rejects when either tool fails, the disk is full, nothing comes for stallTimeoutMs, or the signal aborts.
 */
export async function writeDump(
  file: FileHandle,
  options: {
    readonly arguments: readonly string[];
    readonly compression: 'zstd' | 'gzip';
    readonly stallTimeoutMs: number;
    readonly signal: AbortSignal;
    readonly onBytes: (bytes: number) => void;
  },
): Promise<WrittenDump> {
  const { compression, stallTimeoutMs, onBytes } = options;
  const stall = new Stall(stallTimeoutMs, `mariadb-dump printed nothing for ${stallTimeoutMs / 1000} s`);
  const dump = startTool('mariadb-dump', options.arguments);
  const ends = new Ends();
  try {
    const written = await compressed(dump, {
      compressor: compression,
      out: intoFile(file),
      signal: AbortSignal.any([options.signal, stall.signal]),
      onChunk: (chunk) => {
        stall.refresh();
        ends.take(chunk);
      },
      onBytes,
      disk: diskTrouble,
    });
    await file.sync();
    return { ...written, head: ends.head(), tail: ends.tail(), log: dump.log() };
  } finally {
    stall.clear();
  }
}

/** Keeps the two ends of a stream. */
export class Ends {
  #head = Buffer.alloc(0);
  #tail = Buffer.alloc(0);

  take(chunk: Buffer): void {
    if (this.#head.length < headBytes) this.#head = Buffer.concat([this.#head, chunk]).subarray(0, headBytes);
    this.#tail =
      chunk.length >= tailBytes
        ? Buffer.from(chunk.subarray(-tailBytes))
        : Buffer.concat([this.#tail, chunk]).subarray(-tailBytes);
  }
  head(): string {
    return this.#head.toString('utf8');
  }
  tail(): string {
    return this.#tail.toString('utf8');
  }
}
