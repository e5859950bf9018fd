import type { FileHandle } from 'node:fs/promises';

/** Writes the pieces into the file, one after the other. */
export function intoFile(file: FileHandle): (chunks: AsyncIterable<Buffer>) => Promise<void> {
  return async (chunks) => {
    for await (const chunk of chunks) await writeAll(file, chunk);
  };
}

/** A write may take less than it was given, as on a disk that is nearly full. */
export async function writeAll(file: FileHandle, chunk: Buffer): Promise<void> {
  for (let written = 0; written < chunk.length;) {
    written += (await file.write(chunk, written)).bytesWritten;
  }
}

const diskTroubles: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk of the backup folder is full (ENOSPC): free some space, or keep fewer backups',
  EDQUOT: 'the quota of the backup folder is used up (EDQUOT): free some space, or keep fewer backups',
  EIO: 'the disk of the backup folder failed at a write (EIO): look at the host',
  EFBIG: 'the file system of the backup folder takes no file of this size (EFBIG)',
};

/** What the disk has, in words; null where it is not the disk. */
export function diskTrouble(error: unknown): string | null {
  return error instanceof Error && 'code' in error ? (diskTroubles[String(error.code)] ?? null) : null;
}
