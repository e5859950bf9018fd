import { readFile } from 'node:fs/promises';
import { BatonError } from '../../contract/errors.ts';
import type { Terminal } from './terminal.ts';

/**
 * A password from a file, from standard input ("-", or when nobody sits there), or asked for twice without showing it. Never
 * from the command line, which every user of the machine can read.
 */
export async function newPassword(file: string | undefined, terminal: Terminal): Promise<string> {
  if (file !== undefined && file !== '-') {
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      throw new BatonError(
        'invalid',
        `The password file can't be read: ${error instanceof Error ? error.message : file}.`,
      );
    });
    return withoutLineEnd(text);
  }
  if (file === '-' || !terminal.interactive) return withoutLineEnd(await terminal.read());
  const first = await terminal.askSecretly('New password: ');
  const second = await terminal.askSecretly('Again: ');
  if (first !== second) throw new BatonError('invalid', 'The two passwords differ.', 'Run the command again.');
  return first;
}

function withoutLineEnd(text: string): string {
  return text.replace(/\r?\n$/, '');
}
