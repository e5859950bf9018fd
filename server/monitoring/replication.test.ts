import { expect, test } from 'vitest';
import type { ReplicaParameters } from '../contract/parameters.ts';
import { exampleStatus } from '../topology/testing/example-cluster.ts';
import { judgeReplication } from './replication.ts';

const primary = { host: '10.0.0.1', port: 3306, user: 'replication_user', password: 'hunter2' };
const none: ReplicaParameters = {
  primary: null,
  bootstrapUrl: null,
  bootstrapToken: null,
  bootstrapFingerprint: null,
  withTls: null,
  thresholdSeconds: 0,
};
const asked: ReplicaParameters = { ...none, primary };

test('a primary that is to be one is well', () => {
  expect(judgeReplication([], none)).toEqual({ level: 'ok', text: 'is in primary mode' });
});

test('a promoted replica stays red until the parameter is withdrawn, and says so', () => {
  expect(judgeReplication([], asked)).toEqual({
    level: 'critical',
    text: 'is in primary mode but was asked to replicate: withdraw the parameter where this is meant',
  });
});

test('a replica that nobody asked for is red', () => {
  expect(judgeReplication([exampleStatus()], none)).toMatchObject({ level: 'critical' });
});

test.each([
  ['another host', exampleStatus({ host: '10.0.0.9' })],
  ['another port', exampleStatus({ port: 3307 })],
  ['another user', exampleStatus({ user: 'somebody' })],
])('%s than asked for is red', (_, status) => {
  const verdict = judgeReplication([status], asked);
  expect(verdict.level).toBe('critical');
  expect(verdict.text).toContain('does not follow the primary it was asked to');
});

test('of several sources the one that was asked for counts', () => {
  expect(judgeReplication([exampleStatus({ host: '10.0.0.9' }), exampleStatus()], asked).level).toBe('ok');
});

test('a stopped or broken replica is red and never "0 s behind"', () => {
  for (const change of [
    { ioThread: 'stopped', secondsBehindMaster: 0 },
    { sqlThread: 'error', sqlError: { number: 1062, text: 'Duplicate entry' } },
    { ioThread: 'connecting', ioError: { number: 2003, text: 'no route' } },
  ] as const) {
    const verdict = judgeReplication([exampleStatus(change)], asked);
    expect(verdict.level).toBe('critical');
    expect(verdict.text).not.toContain('s behind');
  }
});

test.each([
  [0, 0, 'ok'],
  [1, 0, 'critical'],
  [30, 30, 'ok'],
  [31, 30, 'critical'],
  [86_400, -1, 'ok'],
] as const)('%i s behind with a threshold of %i is %s', (secondsBehindMaster, thresholdSeconds, level) => {
  expect(judgeReplication([exampleStatus({ secondsBehindMaster })], { ...asked, thresholdSeconds }).level).toBe(level);
});

test('a lag that is not known is neither well nor red', () => {
  expect(judgeReplication([exampleStatus({ secondsBehindMaster: null })], asked).level).toBe('unknown');
});

test('no verdict holds the password', () => {
  const all = [[], [exampleStatus()], [exampleStatus({ host: 'x' })], [exampleStatus({ ioThread: 'stopped' })]];
  expect(JSON.stringify(all.map((connections) => judgeReplication(connections, asked)))).not.toContain('hunter2');
});
