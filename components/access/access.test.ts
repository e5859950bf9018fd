import { expect, test } from 'vitest';
import { newUser } from '../../server/contract/access.ts';
import { newUserProblems } from './new-user-rules.ts';
import { suggestPassword } from './suggest-password.ts';

const random = (bytes: Uint8Array<ArrayBuffer>) => crypto.getRandomValues(bytes);

test('a suggested password is one that the contract takes, and never the same twice', () => {
  const suggested = Array.from({ length: 200 }, () => suggestPassword(random));
  expect(new Set(suggested).size).toBe(200);
  for (const password of suggested) {
    expect(password).toMatch(/^([a-km-zA-HJ-NP-Z2-9]{5}-){3}[a-km-zA-HJ-NP-Z2-9]{5}$/);
    expect(newUser.shape.password.safeParse(password).success).toBe(true);
  }
});

test('a suggested password takes every letter as often: bytes that would tip the scale are left out', () => {
  let byte = 0;
  const counting = (bytes: Uint8Array) => bytes.map(() => byte++ % 256);
  const letters = Array.from({ length: 3 * 56 }, () => suggestPassword(counting).replaceAll('-', '')).join('');
  const counts = new Map<string, number>();
  for (const letter of letters) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  expect(counts.size).toBe(56);
});

test.each([
  ['', 'long enough', 'A name is missing.', null],
  ['ana', 'long enough', 'There is a user ana already.', null],
  ['-x', 'short', expect.stringContaining('beginning with a letter'), 'At least 10 characters.'],
  ['boris@example', 'x'.repeat(1001), null, 'At most 1000 characters.'],
  ['boris', 'x'.repeat(10), null, null],
])('the name %j with that password gets its reason before it is sent', (username, password, name, secret) => {
  expect(newUserProblems({ username, password }, ['ana'])).toEqual({ username: name, password: secret });
});
