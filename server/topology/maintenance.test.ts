import { expect, test } from 'vitest';
import type { Maintenance } from '../contract/maintenance.ts';
import type { MemoryStore } from '../store/store.ts';
import { MaintenanceBook } from './maintenance-book.ts';
import { createWatchMemory } from './memory.ts';
import { buildSnapshot } from './snapshot.ts';
import {
  exampleCluster,
  exampleFacts,
  exampleNow,
  exampleReplicaFacts,
  exampleView,
  exampleWith,
  refused,
  up,
} from './testing/example-cluster.ts';
import type { ClusterView } from './view.ts';

const maintenance = (minutes: number): Maintenance => ({
  reason: 'kernel update',
  owner: 'ana',
  since: new Date(exampleNow - 60_000).toISOString(),
  until: new Date(exampleNow + minutes * 60_000).toISOString(),
});
const away = exampleView(3, refused, up(exampleReplicaFacts(3)));
const seen = (view: ClusterView, aside: Readonly<Record<string, Maintenance>>) =>
  buildSnapshot({ ...view, maintenance: new Map(Object.entries(aside)) }, []).snapshot;
const codes = (view: ClusterView, aside: Readonly<Record<string, Maintenance>>) =>
  seen(view, aside).problems.map(({ code }) => code);

test('a server that is set aside raises no alert, and does when its time is over', () => {
  expect(codes(exampleWith(away), {})).toEqual(['server-unreachable']);
  expect(codes(exampleWith(away), { 'db-3': maintenance(30) })).toEqual([]);
  expect(seen(exampleWith(away), { 'db-3': maintenance(30) }).health).toBe('ok');
  expect(codes(exampleWith(away), { 'db-3': maintenance(-1) })).toEqual(['server-unreachable']);
  expect(codes(exampleWith(away), { 'db-2': maintenance(30) })).toEqual(['server-unreachable']);
});

test('what concerns the writes and the data of the cluster is told all the same', () => {
  const dead = exampleWith(exampleView(1, refused, up(exampleFacts(1))));
  expect(codes(dead, { 'db-1': maintenance(30) })).toContain('primary-unreachable');
  const two = exampleWith(exampleView(3, up(exampleFacts(3))));
  expect(codes(two, { 'db-3': maintenance(30), 'db-1': maintenance(30) })).toContain('two-writable-primaries');
});

test('a server that is set aside is no candidate, and its row says why', () => {
  const { servers } = seen(exampleCluster(), { 'db-2': maintenance(30) });
  expect(servers.map(({ name, promotable }) => [name, promotable.possible])).toEqual([
    ['db-1', false],
    ['db-2', false],
    ['db-3', true],
  ]);
  expect(servers[1]).toMatchObject({
    maintenance: maintenance(30),
    promotable: { reason: 'db-2 is in maintenance: kernel update (ana).' },
  });
  expect(seen(exampleCluster(), { 'db-2': maintenance(0) }).servers[1]?.maintenance).toBeNull();
});

/** A store that keeps nothing but this, and can fail. */
function aMemory(): { store: MemoryStore; fail: (yes: boolean) => void } {
  const kept = new Map<string, string>();
  let failing = false;
  const answer = async <T>(act: () => T): Promise<T> => {
    if (failing) throw new Error('the disk is full');
    return await Promise.resolve(act());
  };
  const store: MemoryStore = {
    get: async (key) => await answer(() => kept.get(key) ?? null),
    put: async (key, value) => {
      await answer(() => kept.set(key, value));
    },
    change: async (key, change) => {
      await answer(() => {
        const value = change(kept.get(key) ?? null);
        if (value !== null) kept.set(key, value);
      });
    },
  };
  return { store, fail: (yes) => (failing = yes) };
}

test('what is set aside is known after a restart, and what was ended is not', async () => {
  const { store } = aMemory();
  const book = new MaintenanceBook(createWatchMemory(store, 'erp5'), () => exampleNow);
  await book.setAside('db-2', maintenance(30));
  await book.setAside('db-3', maintenance(60));
  await book.setAside('db-3', { ...maintenance(90), reason: 'takes longer' });
  expect(await book.end('db-2')).toEqual(maintenance(30));
  expect(await book.end('db-2')).toBeNull();
  const later = new MaintenanceBook(createWatchMemory(store, 'erp5'), () => exampleNow);
  expect(await later.load()).toBeNull();
  expect([...later.all]).toEqual([['db-3', { ...maintenance(90), reason: 'takes longer' }]]);
});

test('what ends by its time is told once, also behind a restart, and again where that failed', async () => {
  const { store } = aMemory();
  const now = { at: exampleNow };
  const memory = createWatchMemory(store, 'erp5');
  const book = new MaintenanceBook(memory, () => now.at);
  await Promise.all([
    book.setAside('db-1', maintenance(5)),
    book.setAside('db-2', maintenance(10)),
    book.setAside('db-3', maintenance(90)),
  ]);
  const told: string[] = [];
  const tell = async (server: string): Promise<void> => await Promise.resolve(void told.push(server));
  await book.tellOver(tell);
  expect(told).toEqual([]);
  now.at += 15 * 60_000;
  await expect(book.tellOver(async () => await Promise.reject(new Error('no audit')))).rejects.toThrow('no audit');
  const later = new MaintenanceBook(memory, () => now.at);
  await later.load();
  // Set aside once more while its end is told.
  await later.tellOver(async (server) => {
    if (server === 'db-2') await later.setAside('db-2', maintenance(60));
    await tell(server);
  });
  await later.tellOver(tell);
  expect(told).toEqual(['db-1', 'db-2']);
  expect([...later.all.keys()]).toEqual(['db-2', 'db-3']);
});

test('two consoles on one store: neither undoes what the other wrote, and an end that the other moved is not told', async () => {
  const { store } = aMemory();
  const now = { at: exampleNow };
  const [one, other] = [1, 2].map(() => new MaintenanceBook(createWatchMemory(store, 'erp5'), () => now.at));
  if (!one || !other) throw new Error('no books');
  await one.setAside('db-1', maintenance(5));
  await other.setAside('db-2', maintenance(5));
  await one.load();
  await other.load();
  expect([...one.all]).toEqual([...other.all]);
  const same = one.all;
  expect(await one.load()).toBeNull();
  expect(one.all).toBe(same);

  await other.setAside('db-1', maintenance(90));
  now.at += 15 * 60_000;
  const told: string[] = [];
  const tell = async (server: string): Promise<void> => await Promise.resolve(void told.push(server));
  await one.tellOver(tell);
  await other.tellOver(tell);
  expect(told).toEqual(['db-2']);
  expect([...one.all]).toEqual([['db-1', maintenance(90)]]);
  expect(await one.end('db-1')).toEqual(maintenance(90));
  expect(await other.end('db-1')).toBeNull();
  expect(other.all.size).toBe(0);
});

test('where the store fails nothing has changed, and it is said', async () => {
  const { store, fail } = aMemory();
  const book = new MaintenanceBook(createWatchMemory(store, 'erp5'), () => exampleNow);
  await book.setAside('db-3', maintenance(30));
  fail(true);
  await expect(book.setAside('db-2', maintenance(30))).rejects.toThrow('the disk is full');
  await expect(book.end('db-3')).rejects.toThrow('the disk is full');
  expect([...book.all.keys()]).toEqual(['db-3']);
  expect(await new MaintenanceBook(createWatchMemory(store, 'erp5'), () => exampleNow).load()).toBe('the disk is full');
});
