import { expect, test } from 'vitest';
import { agreed } from './agreed.ts';
import type { Terminal } from './terminal/terminal.ts';

/** A terminal at which somebody answers this; null: nobody sits there. */
function fakeTerminal(answer: string | null): { terminal: Terminal; asked: string[]; notes: string[] } {
  const [asked, notes]: [string[], string[]] = [[], []];
  const ask = async (question: string): Promise<string> => (asked.push(question), await Promise.resolve(answer ?? ''));
  const terminal: Terminal = {
    line: () => undefined,
    json: () => undefined,
    note: (text) => void notes.push(text),
    progress: () => undefined,
    interactive: answer !== null,
    ask,
    askSecretly: ask,
    read: async () => await Promise.resolve(''),
  };
  return { terminal, asked, notes };
}

const plain = { confirm: null, words: 'Rejoin db-1?', given: { yes: false } };
const typed = { confirm: 'db-2', words: 'Data may be lost.', given: { yes: true } };

test.each([
  ['y', ''],
  ['Yes ', ''],
  ['', null],
  ['n', null],
  ['yeah', null],
])('a question is answered by "%s" with %j', async (answer, result) => {
  const { terminal, asked, notes } = fakeTerminal(answer);
  expect(await agreed(plain, terminal)).toBe(result);
  expect(asked).toEqual(['Rejoin db-1? [y/N] ']);
  expect(notes).toEqual(result === null ? ['Nothing was changed.'] : []);
});

test('what has to be typed is typed whole, and no --yes and no "y" stands for it', async () => {
  const right = fakeTerminal(' db-2 ');
  expect(await agreed(typed, right.terminal)).toBe('db-2');
  expect(right.asked).toEqual(['Data may be lost. Type db-2 to go on: ']);
  for (const wrong of ['y', 'db-1', '']) expect(await agreed(typed, fakeTerminal(wrong).terminal)).toBeNull();
});

test('what is given on the command line is not asked', async () => {
  const { terminal, asked } = fakeTerminal(null);
  expect(await agreed({ ...plain, given: { yes: true } }, terminal)).toBe('');
  expect(await agreed({ ...typed, given: { yes: false, confirm: 'db-9' } }, terminal)).toBe('db-9');
  expect(asked).toEqual([]);
});

test('where nobody sits there it names the option to add', async () => {
  const { terminal } = fakeTerminal(null);
  await expect(agreed(plain, terminal)).rejects.toThrow('Nobody is here to ask: add --yes.');
  await expect(agreed(typed, terminal)).rejects.toThrow('add --confirm db-2.');
  await expect(agreed({ ...typed, option: '--yes' }, terminal)).rejects.toThrow('add --yes.');
});
