import { expect, test } from 'vitest';
import { readParameters, type ReplicaParameters } from './parameters.ts';

function read(value: unknown): ReplicaParameters {
  const answer = readParameters(JSON.stringify(value));
  if (answer.kind === 'wrong') throw new Error(answer.text);
  return answer.parameters;
}

test.each([
  ['the first names', { 'primary-url': 'mysql://r:p@[2001:db8::1]:3307' }],
  ['the later names', { 'upstream-mariadb-url': 'mysql://r:p@[2001:db8::1]:3307' }],
  [
    'what a primary publishes, as it is',
    { 'replication-primary-url': 'mysql://r:p@[2001:db8::1]:3307', 'takeover-url': '' },
  ],
  ['under "replication", as a request has it', { replication: { 'primary-url': 'mysql://r:p@[2001:db8::1]:3307' } }],
])('%s name the primary', (_, value) => {
  expect(read(value).primary).toEqual({ host: '2001:db8::1', port: 3307, user: 'r', password: 'p' });
});

test('without a port it is 3306, and an encoded password is decoded', () => {
  expect(read({ 'primary-url': 'mysql://r:p%40%2F@db.example.com' }).primary).toEqual({
    host: 'db.example.com',
    port: 3306,
    user: 'r',
    password: 'p@/',
  });
});

test('without a primary the server is to be one; "" is the same as nothing', () => {
  expect(read({})).toEqual({
    primary: null,
    bootstrapUrl: null,
    bootstrapToken: null,
    bootstrapFingerprint: null,
    withTls: null,
    thresholdSeconds: 0,
  });
  expect(read({ replication: {} }).primary).toBeNull();
  expect(read({ 'primary-url': '' }).primary).toBeNull();
});

test('a physical backup is preferred to a dump where both are offered', () => {
  const parameters = read({
    'upstream-bootstrap-url': 'https://x/most-recent.sql.gz',
    'upstream-mariabackup-url': 'https://x/mariabackup/',
  });
  expect(parameters.bootstrapUrl).toBe('https://x/mariabackup/');
});

test.each([
  ['no JSON', '{"primary-url": "mysql://r:hunter2@'],
  ['no object', '"hunter2"'],
  ['another scheme', '{"primary-url": "https://r:hunter2@h:1"}'],
  ['a bare IPv6 address', '{"primary-url": "mysql://r:hunter2@2001:db8::1:3306"}'],
  ['a port that is none', '{"primary-url": "mysql://r:hunter2@h:70000"}'],
  ['half an encoded character', '{"primary-url": "mysql://r:hunter2%@h:1"}'],
  ['a threshold in words', '{"seconds-behind-master-threshold": "hunter2"}'],
])('%s is refused in words that hold no secret', (_, document) => {
  const answer = readParameters(document);
  expect(answer.kind).toBe('wrong');
  expect(JSON.stringify(answer)).not.toContain('hunter2');
});
