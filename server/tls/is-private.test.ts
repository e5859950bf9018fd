import { expect, test } from 'vitest';
import { parseListenAddress } from '../contract/listen-address.ts';
import { isPrivate } from './is-private.ts';

test.each([
  ['127.0.0.1:1', true],
  ['127.9.9.9:1', true],
  ['10.1.2.3:1', true],
  ['172.31.0.1:1', true],
  ['172.32.0.1:1', false],
  ['192.168.0.1:1', true],
  ['192.169.0.1:1', false],
  ['0.0.0.0:1', false],
  ['[::]:1', false],
  ['[::1]:1', true],
  ['[::ffff:127.0.0.1]:1', true],
  ['[::ffff:8.8.8.8]:1', false],
  ['[fd00::1]:1', true],
  ['[fe80::1]:1', true],
  ['[2001:db8::1]:1', false],
  ['localhost:1', true],
  ['db-1.example.com:1', false],
  ['unix:/run/agent', true],
])('%s may be listened on without TLS: %j', (text, allowed) => {
  expect(isPrivate(parseListenAddress(text))).toBe(allowed);
});
