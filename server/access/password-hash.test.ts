import { expect, test } from 'vitest';
import { defaultCost, hashPassword, verifyPassword } from './password-hash.ts';

const cheap = { N: 1024, r: 8, p: 1 };

test('a hash holds its cost, is different each time, and fits its password alone', async () => {
  const [one, two] = await Promise.all([hashPassword('correct horse', cheap), hashPassword('correct horse', cheap)]);
  expect(one).toMatch(/^scrypt\$N=1024,r=8,p=1\$/);
  expect(one).not.toBe(two);
  expect(await verifyPassword('correct horse', one)).toBe(true);
  expect(await verifyPassword('correct horsf', one)).toBe(false);
  expect(await verifyPassword('', one)).toBe(false);
});

test('a hash of the default cost is made and checked within the memory that Node is told', async () => {
  expect(await verifyPassword('x', await hashPassword('x', defaultCost))).toBe(true);
});

test('a password typed with composed or decomposed characters is the same', async () => {
  expect(await verifyPassword('cafe\u0301 au lait', await hashPassword('caf\u00e9 au lait', cheap))).toBe(true);
});

test.each([
  '',
  'x',
  'scrypt$N=1024,r=8,p=1$AAAA',
  'scrypt$N=1000,r=8,p=1$AAAA$AAAA',
  'scrypt$N=1073741824,r=8,p=1$AAAA$AAAA',
  'scrypt$N=1024,r=8,p=1000000$AAAA$AAAA',
  'scrypt$N=1024,r=8,p=1$AAAA$AAAA',
  'scrypt$N=0,r=0,p=0$AAAA$AAAA',
])('a damaged hash (%s) fits no password', async (hash) => {
  expect(await verifyPassword('x', hash)).toBe(false);
});
