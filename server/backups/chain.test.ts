import { describe, expect, test } from 'vitest';
import type { DumpManifest } from '../contract/dumps.ts';
import { chainOf, latestAlone, latestChain } from './chain.ts';
import { manifestOf } from './fixtures.ts';

/** A full backup at 10, and incremental ones on it; each ends where the next begins. */
function physical(name: string, base: string | null, from: number, to: number, minute: number): DumpManifest {
  return {
    ...manifestOf(Buffer.from('x'), `2026-11-20T18:${String(minute).padStart(2, '0')}:00Z`),
    name,
    method: base === null ? 'mariabackup' : 'mariabackup-incremental',
    base,
    dataFiles: 'files-1',
    lsn: { from: String(from), to: String(to) },
  };
}
const full = physical('full', null, 0, 100, 10);
const first = physical('first', 'full', 100, 200, 20);
const second = physical('second', 'first', 200, 300, 30);
const dump = manifestOf(Buffer.from('x'), '2026-11-20T18:40:00Z');
const ofShop = { ...manifestOf(Buffer.from('x'), '2026-11-20T18:50:00Z'), database: 'shop' };
const catalogue = [ofShop, dump, second, first, full];

describe('the chain of an incremental backup', () => {
  test('leads from its full one to it', () => {
    expect(chainOf(catalogue, second)).toEqual([full, first, second]);
    expect(chainOf(catalogue, full)).toEqual([full]);
  });
  test.each([
    ['its base is gone', [second, full]],
    ['its base is another server’s', [second, { ...first, server: 'db-2' }, full]],
    ['its base was taken of other data files', [second, { ...first, dataFiles: 'files-2' }, full]],
    ['its base ends elsewhere in the log', [second, { ...first, lsn: { from: '100', to: '199' } }, full]],
    ['it leads to itself', [second, { ...first, base: 'second', lsn: { from: '300', to: '200' } }, full]],
  ])('is none where %s', (_, rest) => {
    expect(chainOf(rest, second)).toBeNull();
  });
});

test('the latest of a method is the newest one that is whole with all it builds on, never one of a single database', () => {
  expect(latestChain(catalogue, 'mariabackup')).toEqual([full, first, second]);
  expect(latestChain([second, full], 'mariabackup')).toEqual([full]);
  expect(latestChain(catalogue, 'dump')).toEqual([dump]);
  expect(latestChain([ofShop], 'dump')).toBeNull();
});

test('the latest file that is enough by itself is no incremental one', () => {
  expect(latestAlone(catalogue)).toEqual(dump);
  expect(latestAlone(catalogue, 'mariabackup')).toEqual(full);
  expect(latestAlone([second, ofShop])).toBeNull();
});
