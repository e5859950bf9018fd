import { expect, test } from 'vitest';
import type { Problem, ReplicationConnection } from '../../server/contract/snapshot.ts';
import { aConnection, aProblem, aServer } from './example.ts';
import { alsoOnText, foldProblems } from './fold-problems.ts';

const lost = { thread: 'io', number: 2003, text: "Can't connect" } as const;
const dead = aProblem({ code: 'primary-unreachable', server: 'db-1', level: 'critical' });
const io = (server: string, code: Problem['code'] = 'replica-io-error') => aProblem({ code, server });
const replica = (name: string, ...connections: Partial<ReplicationConnection>[]) =>
  aServer({ name, replication: connections.map(aConnection) });
const shown = (problems: Problem[], ...servers: ReturnType<typeof replica>[]) =>
  foldProblems({ problems, servers }).map((one) => [one.problem.code, one.problem.server, alsoOnText(one)]);

test('a dead primary is one line, which names the replicas that receive nothing because of it', () => {
  expect(
    shown(
      [dead, io('db-2'), io('db-3', 'replica-io-connecting')],
      replica('db-2', { ioThread: 'error', lastError: lost }),
      replica('db-3', { ioThread: 'connecting', lastError: lost }),
    ),
  ).toEqual([['primary-unreachable', 'db-1', 'db-2 and db-3 don’t receive from it']]);
  expect(shown([dead, io('db-2', 'primary-silent')], replica('db-2', { primarySilentSeconds: 9 }))).toEqual([
    ['primary-unreachable', 'db-1', 'db-2 doesn’t receive from it'],
  ]);
});

test.each([
  [
    'an error that the death of the primary does not cause',
    { ioThread: 'error', lastError: { ...lost, number: 1045 } },
  ],
  ['another primary', { ioThread: 'error', primary: 'db-9', lastError: lost }],
] as const)('%s keeps its line', (_name, connection) => {
  expect(shown([dead, io('db-2')], replica('db-2', connection))).toEqual([
    ['primary-unreachable', 'db-1', null],
    ['replica-io-error', 'db-2', null],
  ]);
});

test('a second source that is lost as well keeps the line of its replica', () => {
  const second = { connection: 'other', primary: 'db-9', ioThread: 'error', lastError: lost } as const;
  expect(
    shown([dead, io('db-2'), io('db-2')], replica('db-2', { ioThread: 'error', lastError: lost }, second)),
  ).toHaveLength(3);
});

test('a thread that somebody stopped, a lag and a writable replica keep their lines', () => {
  const problems = [
    dead,
    io('db-2', 'replica-io-stopped'),
    io('db-2', 'replica-lagging'),
    io('db-2', 'replica-writable'),
  ];
  expect(shown(problems, replica('db-2', { ioThread: 'stopped', lastError: lost }))).toHaveLength(4);
});

test('while the primary answers, each problem has its line', () => {
  expect(shown([io('db-2')], replica('db-2', { ioThread: 'error', lastError: lost }))).toEqual([
    ['replica-io-error', 'db-2', null],
  ]);
});
