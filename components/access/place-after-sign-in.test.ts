import { expect, test } from 'vitest';
import { placeAfterSignIn } from './place-after-sign-in.ts';

test.each([
  ['/clusters/erp5/takeover/db-2?kind=failover', '/clusters/erp5/takeover/db-2?kind=failover'],
  ['/operations/1#step', '/operations/1#step'],
])('goes on to %s', (next, place) => expect(placeAfterSignIn(next)).toBe(place));

test.each([
  undefined,
  '',
  'https://evil.example',
  '//evil.example',
  '/\\evil.example',
  '/\t/evil.example',
  'javascript:alert(1)',
  ['/a', '/b'],
  '/sign-in?next=/',
  '/api/v1/session',
])('never leaves the console, nor goes in a circle: %o', (next) => expect(placeAfterSignIn(next)).toBe('/'));
