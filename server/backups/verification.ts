import { join } from 'node:path';
import { dumpVerification, type Dump, type DumpManifest, type DumpVerification } from '../contract/dumps.ts';
import { replaceFile } from '../files/durable-file.ts';
import { verificationName } from './names.ts';
import { readSmallJson } from './small-file.ts';

const maxBytes = 65_536;

/** What was found when this backup was restored last; null when it never was, or the record is of another file. */
export async function readVerification(directory: string, manifest: DumpManifest): Promise<DumpVerification | null> {
  const path = join(directory, verificationName(manifest.name));
  const found = dumpVerification.safeParse(await readSmallJson(path, maxBytes)).data;
  return found?.name === manifest.name && found.sha256 === manifest.sha256 ? found : null;
}

/** Puts the record beside its backup, in the place of an earlier one. */
export async function writeVerification(directory: string, verification: DumpVerification): Promise<void> {
  const path = join(directory, verificationName(verification.name));
  await replaceFile(path, `${JSON.stringify(verification, null, 2)}\n`);
}

/** As the catalogue shows it. */
export function verifiedOf(verification: DumpVerification | null): Dump['verified'] {
  if (verification === null) return null;
  const { startedAt, endedAt, ok, text } = verification;
  return { at: endedAt, seconds: (Date.parse(endedAt) - Date.parse(startedAt)) / 1000, ok, text };
}

/** Of each of these backups whether it could be restored when it was tried; null where it never was. */
export async function findVerdicts(
  directory: string,
  backups: readonly DumpManifest[],
): Promise<(backup: DumpManifest) => boolean | null> {
  const found = await Promise.all(backups.map((one) => readVerification(directory, one)));
  const verdicts = new Map(backups.map(({ name }, index) => [name, found[index]?.ok ?? null]));
  return ({ name }) => verdicts.get(name) ?? null;
}
