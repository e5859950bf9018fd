import { expect, test } from 'vitest';
import { SqlError, toSqlError } from './sql-error.ts';

function driverError(code: string, errno: number): Error {
  return Object.assign(new Error(`${code} ${errno}`), { code, errno });
}

test.each([
  ['ECONNREFUSED', -111, true, 'refused'],
  ['ENOENT', -2, true, 'refused'],
  ['ENOTFOUND', -3008, true, 'host-unknown'],
  ['EAI_AGAIN', -3001, true, 'host-unknown'],
  ['HANDSHAKE_SSL_ERROR', 0, true, 'tls'],
  ['HANDSHAKE_NO_SSL_SUPPORT', 0, true, 'tls'],
  ['EHOSTUNREACH', -113, true, 'timeout'],
  ['ENETUNREACH', -101, true, 'timeout'],
  ['ETIMEDOUT', -110, true, 'timeout'],
  ['ER_CON_COUNT_ERROR', 1040, true, 'too-many-connections'],
  ['ER_TOO_MANY_USER_CONNECTIONS', 1203, true, 'too-many-connections'],
  ['ER_ACCESS_DENIED_ERROR', 1045, true, 'access-denied'],
  ['ER_HOST_NOT_PRIVILEGED', 1130, true, 'access-denied'],
  ['PROTOCOL_CONNECTION_LOST', 0, true, 'other'],
  ['PROTOCOL_CONNECTION_LOST', 0, false, 'lost'],
  ['ECONNRESET', -104, false, 'lost'],
  ['ER_CONNECTION_KILLED', 1927, false, 'lost'],
  ['ER_SERVER_SHUTDOWN', 1053, false, 'lost'],
  ['ER_PARSE_ERROR', 1064, false, 'statement'],
  ['ER_LOCK_WAIT_TIMEOUT', 1205, false, 'statement'],
  ['ER_ACCESS_DENIED_ERROR', 1045, false, 'statement'],
] as const)('%s (%i), connecting: %s, is %s', (code, errno, connecting, kind) => {
  const error = toSqlError(driverError(code, errno), connecting);
  expect(error.kind).toBe(kind);
  expect(error.errno).toBe(Math.max(0, errno));
});

test('only a deadline and a lost connection leave open what happened', () => {
  expect(new SqlError('deadline', 0, '').outcomeUnknown).toBe(true);
  expect(new SqlError('lost', 0, '').outcomeUnknown).toBe(true);
  expect(new SqlError('statement', 1064, '').outcomeUnknown).toBe(false);
  expect(new SqlError('refused', 0, '').outcomeUnknown).toBe(false);
});

test('what is no error of the driver is told with its own words', () => {
  expect(toSqlError('strange', false)).toMatchObject({ kind: 'lost', message: 'strange' });
});
