import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';

/** A secret that is kept in a file of mode 0600 from the first run on: two letters or digits for each of its random bytes. */
export async function keptSecret(file: string, bytes: number): Promise<string> {
  const kept = await readFile(file, 'utf8').catch(() => '');
  if (kept !== '') return kept;
  // Letters and digits: easy to select with a double click.
  const secret = randomBytes(bytes).toString('hex');
  await writeFile(file, secret, { mode: 0o600 });
  return secret;
}
