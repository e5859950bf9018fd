import type { DumpManifest } from '../contract/dumps.ts';

/** A dump's text becomes tables with indexes, and the log that they go through. */
const dumpFactor = 2;
/** Of a manifest that does not say: what SQL and data files are packed by, at the most. */
const packedFactor = 10;
/** A new server has files of its own. */
const serverBytes = 400_000_000;

/** Bytes that restoring the chain may take: an incremental backup stands beside what it is put onto. */
export function bytesNeeded(chain: readonly DumpManifest[]): number {
  const sizes = chain.map(({ method, bytes, unpackedBytes }) => {
    const unpacked = unpackedBytes ?? bytes * packedFactor;
    return method === 'dump' ? unpacked * dumpFactor : unpacked;
  });
  return serverBytes + sizes.reduce((sum, size) => sum + size, 0);
}
