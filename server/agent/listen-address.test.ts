import { expect, test } from 'vitest';
import { baseUrl, isPrivate, parseListenAddress } from './listen-address.ts';

test.each([
  ['127.0.0.1:8080', { kind: 'tcp', host: '127.0.0.1', port: 8080 }],
  ['[::1]:8443', { kind: 'tcp', host: '::1', port: 8443 }],
  ['localhost:0', { kind: 'tcp', host: 'localhost', port: 0 }],
  ['unix:/run/a:b', { kind: 'unix', path: '/run/a:b' }],
])('%s is read', (text, address) => {
  expect(parseListenAddress(text)).toEqual(address);
});

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

test('a URL puts brackets around IPv6', () => {
  expect(baseUrl(parseListenAddress('[::1]:0'), 8443, true)).toBe('https://[::1]:8443');
  expect(baseUrl(parseListenAddress('127.0.0.1:0'), 81, false)).toBe('http://127.0.0.1:81');
});
