import { expect, test } from 'vitest';
import { clientSessions, serverSession } from './sessions.ts';

const row = { id: '7', user: 'app', host: '10.0.0.1:5', command: 'Query', state: '', time_ms: '2500', verb: 'INSERT' };

test.each([
  ['INSERT', true],
  ['call', true],
  // BEGIN NOT ATOMIC: a transaction's own BEGIN is over before anybody sees it.
  ['BEGIN', true],
  ['WhateverComesNext', true],
  ['SELECT', false],
  ['show', false],
  ['', false],
])('a session that runs %s may write: %s', (verb, writing) => {
  expect(serverSession({ ...row, verb })).toMatchObject({ id: 7, seconds: 2.5, writing });
});

test('a session that sleeps writes nothing, whatever it ran last', () => {
  expect(serverSession({ ...row, command: 'Sleep' }).writing).toBe(false);
});

test('neither replication nor who is spared is a client to be ended', () => {
  const sessions = [
    row,
    { ...row, id: '8', user: 'system user', command: 'Slave_SQL' },
    { ...row, id: '9', user: 'event_scheduler', command: 'Daemon' },
    { ...row, id: '10', user: 'repl', command: 'Binlog Dump' },
    { ...row, id: '11', user: 'baton' },
    { ...row, id: '12' },
  ].map(serverSession);
  const ended = clientSessions(sessions, { ids: new Set([12]), users: new Set(['baton']) });
  expect(ended.map(({ id }) => id)).toEqual([7]);
});
