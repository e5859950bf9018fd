import { expect, test } from 'vitest';
import { baseUrl, parseListenAddress } from './listen-address.ts';

test.each([
  ['127.0.0.1:8080', { kind: 'tcp', host: '127.0.0.1', port: 8080 }],
  ['[::1]:8443', { kind: 'tcp', host: '::1', port: 8443 }],
  ['localhost:0', { kind: 'tcp', host: 'localhost', port: 0 }],
  ['unix:/run/a:b', { kind: 'unix', path: '/run/a:b' }],
])('%s is read', (text, address) => {
  expect(parseListenAddress(text)).toEqual(address);
});

test('a URL puts brackets around IPv6', () => {
  expect(baseUrl(parseListenAddress('[::1]:0'), 8443, true)).toBe('https://[::1]:8443');
  expect(baseUrl(parseListenAddress('127.0.0.1:0'), 81, false)).toBe('http://127.0.0.1:81');
});
