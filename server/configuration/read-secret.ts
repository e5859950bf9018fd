import { readFile } from 'node:fs/promises';
import { BatonError } from '../contract/errors.ts';
import { whyNot } from './secret-files.ts';

/**
 * The secret in a file, without the newline that an editor puts at its end (one; what stands before it is the secret's).
 * Rejects with BatonError('unavailable') when it cannot be read or is empty; the message names the file, never its content.
 */
export async function readSecret(file: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new BatonError('unavailable', `The secret file ${file} ${whyNot(error)}.`, 'Write the secret into it.');
  }
  const secret = text.replace(/\r?\n$/, '');
  if (secret !== '') return secret;
  throw new BatonError('unavailable', `The secret file ${file} is empty.`, 'Write the secret into it.');
}
