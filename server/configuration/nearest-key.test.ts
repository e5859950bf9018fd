import { expect, test } from 'vitest';
import { nearestKey } from './nearest-key.ts';

const known = ['listen', 'url', 'hosts', 'tls', 'store', 'sessionSecretFile', 'sessionHours', 'passwordFile'];

test.each([
  ['lsiten', 'listen'],
  ['Listen', 'listen'],
  ['sesionHours', 'sessionHours'],
  ['session_hours', 'sessionHours'],
  ['password', 'passwordFile'],
  ['ulr', 'url'],
  ['stores', 'store'],
  ['x', null],
  ['database', null],
  ['', null],
])('%j was meant as %j', (key, meant) => {
  expect(nearestKey(key, known)).toBe(meant);
});
