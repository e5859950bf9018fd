import type { Dump } from '../contract/dumps.ts';
import { readCatalogue } from './catalogue.ts';
import { wholeOnes } from './chain.ts';
import { readVerification, verifiedOf } from './verification.ts';

/**
 * The backups of a directory that can be restored, newest first, with what was found when they were: of an incremental one
 * all that it builds on is there.
 */
export async function readSummaries(directory: string): Promise<Dump[]> {
  const catalogue = await readCatalogue(directory);
  return await Promise.all(
    wholeOnes(catalogue).map(async (manifest) => {
      const { server, name, method, bytes, sha256, gtid, startedAt, endedAt, base, database } = manifest;
      const verified = verifiedOf(await readVerification(directory, manifest));
      return { server, name, method, bytes, sha256, gtid, startedAt, endedAt, base, database, verified };
    }),
  );
}
