import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';

/** A secret that is kept in a file of mode 0600 from the first run on. */
export async function keptSecret(file: string): Promise<string> {
  const kept = await readFile(file, 'utf8').catch(() => '');
  if (kept !== '') return kept;
  // Letters and digits: easy to select with a double click.
  const secret = randomBytes(15).toString('hex');
  await writeFile(file, secret, { mode: 0o600 });
  return secret;
}
