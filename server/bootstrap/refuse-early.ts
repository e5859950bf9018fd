import { freeBytes } from '../backups/disk-space.ts';
import { BatonError } from '../contract/errors.ts';
import type { GtidList } from '../mariadb/gtid.ts';
import type { FoundCopy } from './find-copy.ts';
import { positionIn, refuseStrange, versionRefusal } from './refusals.ts';

/** What the manifests alone tell, before anything is copied. Rejects with BatonError('refused'). */
export async function refuseEarly(
  { parts }: FoundCopy,
  known: {
    readonly history: GtidList;
    readonly primary: string;
    readonly installed: string;
    readonly dataDirectory: string;
  },
): Promise<void> {
  const { dataDirectory, history, installed, primary } = known;
  for (const { manifest, kind } of parts) {
    const refusal =
      manifest && versionRefusal(kind === 'dump' ? 'dump' : 'physical', manifest.serverVersion, installed);
    if (refusal) throw refusal;
  }
  const manifest = parts.at(-1)?.manifest;
  if (manifest) {
    const position = positionIn(manifest.gtid, manifest.name);
    refuseStrange(position, history, primary);
  }
  // Compressed, or what it is unpacked, where that is known: less room than that is surely too little.
  const needed = parts.reduce((sum, part) => sum + (part.manifest?.unpackedBytes ?? part.manifest?.bytes ?? 0), 0);
  const free = await freeBytes(dataDirectory);
  if (free !== null && free < needed) {
    throw new BatonError(
      'refused',
      `${dataDirectory} has ${free} bytes free, and the copy needs ${needed}.`,
      'Make room.',
    );
  }
}
