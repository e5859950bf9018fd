import { expect, test } from 'vitest';
import { copyPosition } from './copy-position.ts';

test.each([
  ['bin.000005\t336\t0-1-1666\n', '0-1-1666'],
  ['bin.000005\t336\t0-1-1666,1-2-7\n', '0-1-1666,1-2-7'],
  ['bin.000005\t336\t0-1-1666,\n1-2-7\n', '0-1-1666,1-2-7'],
])('the position in %j is %s', (text, position) => {
  expect(copyPosition(text)).toBe(position);
});

test.each(['', 'bin.000005\t336\n', 'bin.000005\t336\t\n', 'bin.000005\t336\tnonsense\n'])(
  'a file that says none (%j) has none, instead of an empty position that would refuse nothing',
  (text) => {
    expect(copyPosition(text)).toBeNull();
  },
);
