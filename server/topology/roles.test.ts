import { describe, expect, test } from 'vitest';
import type { ServerFacts } from '../mariadb/server-facts.ts';
import { exampleFacts, exampleReplicaFacts, exampleServer, up } from './testing/example-cluster.ts';
import { resolveRoles, type KnownServer, type RoleMemory, type Roles } from './roles.ts';
import { writableRun, type WritableRun } from './writable.ts';

const primary = (id: number): ServerFacts => exampleFacts(id);
const readOnly = (id: number): ServerFacts => exampleFacts(id, { readOnly: true });
/** Follows the example's db-N. */
const follows = (id: number, source: number): ServerFacts =>
  exampleReplicaFacts(id, { host: `10.0.0.${source}`, masterServerId: source });

/** Takes writes, and replicates from a server that is none of the cluster. */
const fedFromOutside = (id: number): ServerFacts =>
  exampleReplicaFacts(id, { host: '192.0.2.9', masterServerId: 77 }, { readOnly: false });

const known = (number: number, facts: ServerFacts | null, reachable = true): KnownServer => ({
  server: exampleServer(number),
  facts,
  reachable,
  writable: reachable && facts ? writableRun({ from: 0, last: { startedAt: 0, at: 0 } }, up(facts)) : null,
});
const gone = (number: number, facts: ServerFacts | null): KnownServer => known(number, facts, false);

const memory = (lastPrimary: string | null, change: Partial<RoleMemory> = {}): RoleMemory => ({
  lastPrimary,
  detached: new Set(),
  itsReplicas: new Set(),
  ...change,
});

function summary(roles: Roles): string {
  return [...roles.roleOf].map(([name, role]) => `${name}=${role}`).join(' ');
}

const cases: [what: string, servers: KnownServer[], memory: RoleMemory, primary: string | null, roles: string][] = [
  [
    'a primary and two replicas',
    [known(1, primary(1)), known(2, follows(2, 1)), known(3, follows(3, 1))],
    memory(null),
    'db-1',
    'db-1=primary db-2=replica db-3=replica',
  ],
  [
    'a primary that replicates from outside of the cluster',
    [known(1, fedFromOutside(1)), known(2, follows(2, 1)), known(3, follows(3, 1))],
    memory(null),
    'db-1',
    'db-1=primary db-2=replica db-3=replica',
  ],
  [
    'a dead one that replicated from outside',
    [gone(1, fedFromOutside(1)), known(2, follows(2, 1)), known(3, follows(3, 1))],
    memory('db-1'),
    'db-1',
    'db-1=primary db-2=replica db-3=replica',
  ],
  [
    'an intermediate server, whose primary is not configured, takes no writes and is none',
    [known(1, exampleReplicaFacts(1, { host: '192.0.2.9', masterServerId: 77 })), known(2, follows(2, 1))],
    memory(null),
    null,
    'db-1=replica db-2=replica',
  ],
  [
    'a dead primary is still the primary',
    [gone(1, primary(1)), known(2, follows(2, 1)), known(3, follows(3, 1))],
    memory('db-1'),
    'db-1',
    'db-1=primary db-2=replica db-3=replica',
  ],
  [
    'a dead primary that this console never saw is known by those who follow it',
    [gone(1, null), known(2, follows(2, 1)), known(3, follows(3, 1))],
    memory(null),
    'db-1',
    'db-1=primary db-2=replica db-3=replica',
  ],
  [
    'everything dead and never seen: what is remembered',
    [gone(1, null), gone(2, null)],
    memory('db-2'),
    'db-2',
    'db-1=unknown db-2=primary',
  ],
  [
    'after a failover the one that the others follow, not the dead one',
    [gone(1, primary(1)), known(2, primary(2)), known(3, follows(3, 2))],
    memory('db-1'),
    'db-2',
    'db-1=unknown db-2=primary db-3=replica',
  ],
  [
    'a failover that a takeover made, before the others were re-pointed',
    [gone(1, primary(1)), known(2, primary(2)), known(3, follows(3, 1))],
    memory('db-2'),
    'db-2',
    'db-1=unknown db-2=primary db-3=replica',
  ],
  [
    'a replica that somebody promoted by hand',
    [gone(1, primary(1)), known(2, primary(2)), known(3, follows(3, 1))],
    memory('db-1', { itsReplicas: new Set(['db-2']) }),
    'db-2',
    'db-1=unknown db-2=primary db-3=replica',
  ],
  [
    'a stray server that takes writes does not replace a dead primary',
    [gone(1, primary(1)), known(2, follows(2, 1)), known(3, primary(3))],
    memory('db-1'),
    'db-1',
    'db-1=primary db-2=replica db-3=standalone',
  ],
  [
    'an old primary that came back does not replace the new one, which is away for a moment',
    [known(1, primary(1)), gone(2, primary(2))],
    memory('db-2'),
    'db-2',
    'db-1=standalone db-2=primary',
  ],
  [
    'an old primary that came back writable is a second primary',
    [known(1, primary(1)), known(2, primary(2)), known(3, follows(3, 2))],
    memory('db-2'),
    'db-2',
    'db-1=primary db-2=primary db-3=replica',
  ],
  [
    'two writable servers whom nobody follows: the remembered one',
    [known(1, primary(1)), known(2, primary(2))],
    memory('db-2'),
    'db-2',
    'db-1=primary db-2=primary',
  ],
  [
    'two writable servers, and nothing that tells them apart',
    [known(1, primary(1)), known(2, primary(2))],
    memory(null),
    null,
    'db-1=primary db-2=primary',
  ],
  [
    'an old primary that came back read-only follows nobody',
    [known(1, readOnly(1)), known(2, primary(2)), known(3, follows(3, 2))],
    memory('db-2'),
    'db-2',
    'db-1=standalone db-2=primary db-3=replica',
  ],
  [
    'the primary is frozen by a takeover',
    [known(1, readOnly(1)), known(2, follows(2, 1)), known(3, follows(3, 1))],
    memory('db-1'),
    'db-1',
    'db-1=primary db-2=replica db-3=replica',
  ],
  [
    'the target is promoted and not open yet',
    [known(1, readOnly(1)), known(2, readOnly(2)), known(3, follows(3, 1))],
    memory('db-1'),
    'db-1',
    'db-1=primary db-2=standalone db-3=replica',
  ],
  [
    'the target is open, and a replica still follows the frozen old primary',
    [known(1, readOnly(1)), known(2, primary(2)), known(3, follows(3, 1))],
    memory('db-1'),
    'db-2',
    'db-1=standalone db-2=primary db-3=replica',
  ],
  [
    'a detached server is on its own',
    [known(1, primary(1)), known(2, primary(2)), known(3, follows(3, 1))],
    memory('db-1', { detached: new Set(['db-2']) }),
    'db-1',
    'db-1=primary db-2=standalone db-3=replica',
  ],
  ['a server alone', [known(1, primary(1))], memory(null), 'db-1', 'db-1=primary'],
  [
    'read-only servers beside each other have no primary',
    [known(1, readOnly(1)), known(2, readOnly(2))],
    memory(null),
    null,
    'db-1=standalone db-2=standalone',
  ],
  [
    'replicas of a server that is not of the cluster have no primary here',
    [known(2, follows(2, 9)), known(3, follows(3, 9))],
    memory(null),
    null,
    'db-2=replica db-3=replica',
  ],
  [
    'a chain',
    [known(1, primary(1)), known(2, follows(2, 1)), known(3, follows(3, 2))],
    memory(null),
    'db-1',
    'db-1=primary db-2=replica db-3=replica',
  ],
  [
    'two that replicate from each other: the one that takes writes',
    [known(1, { ...follows(1, 2), readOnly: false }), known(2, follows(2, 1))],
    memory(null),
    'db-1',
    'db-1=primary db-2=replica',
  ],
];

test.each(cases)('%s', (_, servers, remembered, expected, summed) => {
  const roles = resolveRoles(servers, remembered);
  expect(roles.primary).toBe(expected);
  expect(summary(roles)).toBe(summed);
});

const source = (status: Parameters<typeof exampleReplicaFacts>[1], ...others: KnownServer[]): string | null =>
  resolveRoles([known(1, primary(1)), known(2, exampleReplicaFacts(2, status)), ...others], memory(null)).sourcesOf.get(
    'db-2',
  )?.[0] ?? null;

describe('the source of a connection is found', () => {
  test.each([
    ['by address', { host: '10.0.0.1', port: 3306, masterServerId: 0 }, 'db-1'],
    ['by the name the server has for itself', { host: 'host-1', port: 3306, masterServerId: 0 }, 'db-1'],
    ['by the server id it has met, through a relay', { host: '127.0.0.1', port: 4000, masterServerId: 1 }, 'db-1'],
    ['not by another port of the same host', { host: '10.0.0.1', port: 3307, masterServerId: 0 }, null],
    ['not among strangers', { host: 'elsewhere', port: 3306, masterServerId: 9 }, null],
  ])('%s', (_, status, expected) => {
    expect(source(status)).toBe(expected);
  });

  test('not by a server id that two servers have', () => {
    expect(source({ host: 'elsewhere', masterServerId: 1 }, known(3, primary(1)))).toBeNull();
  });
});

test('what RESET SLAVE without ALL leaves behind is no replication', () => {
  const roles = resolveRoles([known(1, exampleReplicaFacts(1, { host: '' }, { readOnly: false }))], memory(null));
  expect(roles.primary).toBe('db-1');
});

const run = (from: number, ...last: [startedAt: number, at: number]): WritableRun => ({
  from,
  last: { startedAt: last[0], at: last[1] },
});
const conflict = (a: WritableRun, b: WritableRun): boolean => {
  const [first, second] = [known(1, primary(1)), known(2, primary(2))];
  const roles = resolveRoles(
    [
      { ...first, writable: a },
      { ...second, writable: b },
    ],
    memory('db-1'),
  );
  return roles.conflicting.length > 0;
};
describe('two writable servers are a split brain when they were it at the same time', () => {
  test.each([
    ['one look at each, side by side, as in a switchover', run(0, 990, 1000), run(1300, 1290, 1300), false],
    ['a look at the new one, then one that had begun before', run(0, 1250, 1310), run(1300, 1290, 1300), false],
    ['a look at one between two looks at the other', run(0, 1990, 2000), run(1300, 1290, 1300), true],
    ['looks in turn for a while', run(0, 5990, 6000), run(300, 5290, 5300), true],
    ['at a first look at both nobody can tell', run(1000, 990, 1000), run(1001, 991, 1001), false],
  ])('%s', (_, a, b, expected) => {
    expect(conflict(a, b)).toBe(expected);
    expect(conflict(b, a)).toBe(expected);
  });
});
