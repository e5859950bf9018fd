import { describe, expect, test } from 'vitest';
import { plainDump, type DumpManifest } from '../contract/dumps.ts';
import { differences, type Restored } from './compare.ts';
import { bytesNeeded } from './room-needed.ts';

function manifest(changes: Partial<DumpManifest>): DumpManifest {
  return {
    ...plainDump,
    format: 1,
    name: 'x',
    method: 'mariabackup',
    server: 'db-1',
    serverVersion: '10.11.21-MariaDB',
    toolVersion: '',
    compression: 'zstd',
    bytes: 100,
    sha256: '',
    gtid: '0-1-9,1-2-5',
    startedAt: '',
    endedAt: '',
    tables: { shop: 2 },
    ...changes,
  };
}
const restored: Restored = { copyGtid: '0-1-9', appliedGtid: '0-1-3,1-2-5', tables: { shop: 2 } };

describe('a restored copy is what its manifest says', () => {
  test('where its position is, with the domains that only a replica has applied', () => {
    expect(differences(manifest({}), restored)).toBeNull();
    expect(differences(manifest({ gtid: '' }), restored)).toBeNull();
    expect(differences(manifest({}), { ...restored, copyGtid: '0-1-8' })).toContain('stands at 0-1-8');
    expect(differences(manifest({}), { ...restored, appliedGtid: '0-1-3' })).toContain('manifest says 0-1-9,1-2-5');
  });
  test('of a dump, where the position in its text is part of it', () => {
    const text = { ...restored, appliedGtid: null };
    expect(differences(manifest({}), text)).toBeNull();
    expect(differences(manifest({}), { ...text, copyGtid: '0-1-9,1-2-6' })).toContain('0-1-9,1-2-6');
    expect(differences(manifest({}), { ...text, copyGtid: null })).toContain('no position');
  });
  test('where each database has as many tables', () => {
    expect(differences(manifest({ tables: { shop: 3 } }), restored)).toBe('shop has 2 tables, and its manifest says 3');
    expect(differences(manifest({ tables: {} }), restored)).toBe('shop has 2 tables, and its manifest says 0');
    expect(differences(manifest({ tables: { shop: 2, wiki: 1 } }), restored)).toContain('wiki has 0 tables');
    expect(differences(manifest({ tables: null }), restored)).toBeNull();
  });
  test('of one database, whatever else the server has', () => {
    const tables = { shop: 2, other: 7 };
    expect(differences(manifest({ database: 'shop' }), { ...restored, tables })).toBeNull();
  });
});

test('the room that restoring takes is that of the whole chain', () => {
  const [full, incremental] = [manifest({ unpackedBytes: 1e9 }), manifest({ unpackedBytes: 1e8 })];
  expect(bytesNeeded([full, incremental]) - bytesNeeded([full])).toBe(1e8);
  expect(bytesNeeded([full])).toBeGreaterThan(1e9);
  expect(bytesNeeded([manifest({ method: 'dump', unpackedBytes: 1e9 })])).toBeGreaterThan(2e9);
});
