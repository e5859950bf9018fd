import { expect, test } from 'vitest';
import { placeAfterSignIn, takeoverOfPath } from './place-after-sign-in.ts';

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

test('names the takeover whose password is asked for, and none for another page', () => {
  expect(takeoverOfPath('/clusters/erp%205/takeover/db-2?kind=failover')).toEqual({ cluster: 'erp 5', server: 'db-2' });
  expect(takeoverOfPath('/clusters/erp5/takeover/%')).toBeNull();
  expect(takeoverOfPath('/clusters/erp5/dumps')).toBeNull();
});
