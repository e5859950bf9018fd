import { BatonError } from '../contract/errors.ts';
import type { Terminal } from './terminal/terminal.ts';

export interface Question {
  /** What has to be typed; null: a yes is enough. */
  readonly confirm: string | null;
  /** "Rejoin db-1?"; where something has to be typed, what that means, in sentences, or "". */
  readonly words: string;
  /** What the command line says already. */
  readonly given: { readonly confirm?: string | undefined; readonly yes: boolean };
  /** What to add where nobody can be asked; absent: --yes, or --confirm with the name. */
  readonly option?: string;
}

/**
 * What was typed or given, "" where a yes is enough; null, told, for no. Rejects with BatonError invalid, naming the option to add,
 * where nobody is here to ask.
 */
export async function agreed({ confirm, words, given, option }: Question, terminal: Terminal): Promise<string | null> {
  if (confirm === null && given.yes) return '';
  if (confirm !== null && given.confirm !== undefined) return given.confirm;
  if (!terminal.interactive) {
    const missing = option ?? (confirm === null ? '--yes' : `--confirm ${confirm}`);
    throw new BatonError('invalid', `Nobody is here to ask: add ${missing}.`);
  }
  const way = confirm === null ? '[y/N] ' : `Type ${confirm} to go on: `;
  const answer = (await terminal.ask(words === '' ? way : `${words} ${way}`)).trim();
  if (confirm === null ? /^y(es)?$/i.test(answer) : answer === confirm) return confirm ?? '';
  terminal.note('Nothing was changed.');
  return null;
}
