import { expect, test } from 'vitest';
import { commandText, isLoopback, masked, nameProblem, nextName } from './command-text.ts';

const parameters = {
  'replication-primary-url': 'mysql://replication_user:s3cret@[::1]:3306',
  'replication-bootstrap-url': 'https://[::1]:8443/backups/latest',
  'replication-bootstrap-token': 'token',
  'takeover-url': '',
};
const wanted = { cluster: 'erp5', name: 'db-4', host: '', joins: false, parameters };

test('the command to paste carries what is secret on standard input, never among its arguments', () => {
  const [first, ...rest] = commandText('folder', wanted).split('\n');
  expect(first).toBe("npx baton replica run ./var/db-4 --as erp5/db-4 --parameters - <<'END'");
  expect(JSON.parse(rest.slice(0, -2).join('\n'))).toEqual(parameters);
  expect(rest.slice(-2)).toEqual(['END', '']);
});

test.each([
  ['folder', { host: '10.0.0.14' }, '--host 10.0.0.14 --parameters -'],
  ['folder', { joins: true }, '--as erp5/db-4 --join --parameters -'],
  ['host', { joins: true }, 'npx baton replica init --defaults-file /etc/mysql/my.cnf --parameters -'],
] as const)('in the way of a %s with %j it is %s', (way, changes, text) => {
  expect(commandText(way, { ...wanted, ...changes }).split('\n')[0]).toContain(text);
});

test('on the screen neither the password nor the token is seen', () => {
  const text = JSON.stringify(masked(parameters));
  expect(text).not.toMatch(/s3cret|"token"/);
  expect(text).toContain('@[::1]:3306');
});

test('a new server gets the next free name of its kind', () => {
  expect(nextName(['db-1', 'db-2', 'db-3'])).toBe('db-4');
  expect(nextName(['db-1', 'db-3'])).toBe('db-4');
  expect(nextName(['paris', 'lyon'])).toBe('paris3');
  expect(nextName([])).toBe('db-1');
});

test('a name that is taken or could not be one says so', () => {
  expect(nameProblem('db-4', ['db-1'])).toBeNull();
  expect(nameProblem('db-1', ['db-1'])).toBe('There is a db-1 already.');
  expect(nameProblem('db 4', [])).toContain('Letters');
});

test.each([
  ['mysql://u:p@127.0.0.1:3306', true],
  ['mysql://u:p@[::1]:3306', true],
  ['mysql://u:p@10.0.0.1:3306', false],
  ['mysql://u:127.0.0.1@db.example.com', false],
])('%s is on loopback: %s', (url, expected) => {
  expect(isLoopback(url)).toBe(expected);
});
