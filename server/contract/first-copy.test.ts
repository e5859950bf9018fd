import { expect, test } from 'vitest';
import type { Dump, DumpCatalogue } from './dumps.ts';
import { copySource, firstCopyOf } from './first-copy.ts';

/** Taken so many hours before noon. */
const backup = (server: string, name: string, hours: number, more: Partial<Dump> = {}): Dump => {
  const at = new Date(Date.parse('2026-03-02T12:00:00Z') - hours * 3_600_000).toISOString();
  const plain = {
    method: 'dump',
    bytes: 1,
    sha256: '',
    gtid: '0-1-1',
    base: null,
    database: null,
    verified: null,
  } as const;
  return { ...plain, server, name, startedAt: at, endedAt: at, ...more };
};
const physical = (server: string, name: string, hours: number, base: string | null = null): Dump =>
  backup(server, name, hours, { method: base === null ? 'mariabackup' : 'mariabackup-incremental', base });

function catalogue(dumps: readonly Dump[], away: readonly string[] = []) {
  const idle = {
    detail: null,
    nextAt: null,
    running: null,
    methods: [],
    verifying: null,
    lastFailure: null,
    failures: [],
  };
  const servers: DumpCatalogue['servers'] = ['db-1', 'db-2'].map((server) => ({
    ...idle,
    server,
    agent: away.includes(server) ? 'unreachable' : 'up',
  }));
  return { dumps: dumps.toSorted((a, b) => b.startedAt.localeCompare(a.startedAt)), servers };
}
const names = (dumps: readonly Dump[], away?: readonly string[]) =>
  firstCopyOf(catalogue(dumps, away), 'db-1').map(({ name }) => name);

test('a replica begins with a backup of the server that it follows, else of one whose agent answers', () => {
  const both = [backup('db-1', 'own', 9), backup('db-2', 'other', 1)];
  expect([names(both), names(both, ['db-1'])]).toEqual([['own'], ['other']]);
  expect([names([]), names(both, ['db-1', 'db-2'])]).toEqual([[], []]);
  expect(copySource(catalogue(both, ['db-1']), 'db-1')).toBe('db-2');
});

test('it begins with the newest physical backup and all that it builds on, unless a dump is a day newer', () => {
  const chain = [physical('db-1', 'full', 30), physical('db-1', 'inc', 25, 'full')];
  expect(names([...chain, backup('db-1', 'dump', 2)])).toEqual(['full', 'inc']);
  expect(names([...chain, backup('db-1', 'dump', 0.5)])).toEqual(['dump']);
});

test('a dump of one database, or without a position, is none to begin with', () => {
  expect(names([backup('db-1', 'part', 1, { database: 'shop' })])).toEqual([]);
  expect(names([backup('db-1', 'nowhere', 1, { gtid: '' })])).toEqual([]);
});
