import { expect, test } from 'vitest';
import type { DumpManifest } from '../contract/dumps.ts';
import { manifestOf } from './fixtures.ts';
import { originDump, originIndex, originPhysical } from './origin-names.ts';

function physical(day: number, base: DumpManifest | null): DumpManifest {
  return {
    ...manifestOf(Buffer.from('x'), `2026-11-${day}T01:00:02.345Z`),
    name: `day-${day}`,
    method: base === null ? 'mariabackup' : 'mariabackup-incremental',
    base: base?.name ?? null,
    lsn: { from: base === null ? '0' : '5', to: '5' },
  };
}
const old = physical(10, null);
const onOld = physical(11, old);
const full = physical(12, null);
const onFull = physical(13, full);
const catalogue = [onFull, full, onOld, old];

test('index.txt lists whole chains, oldest first, by the origin’s names', () => {
  expect(originIndex(catalogue)).toBe(
    '20261110010002.full.xb.zstd\n20261111010002.inc.xb.zstd\n20261112010002.full.xb.zstd\n20261113010002.inc.xb.zstd\n',
  );
  expect(originPhysical(catalogue, '20261113010002.inc.xb.zstd')).toBe(onFull);
  expect(originPhysical(catalogue, '20261113010002.full.xb.zstd')).toBeNull();
});

test('what would not build on the last full one there, as a replica of the origin reads it, is not listed', () => {
  expect(originIndex([physical(13, old), full, old])).toBe(
    '20261110010002.full.xb.zstd\n20261112010002.full.xb.zstd\n',
  );
  expect(originIndex([onFull, onOld, old])).toBe('20261110010002.full.xb.zstd\n20261111010002.inc.xb.zstd\n');
  expect(originIndex([])).toBe('');
});

const gzip = (day: number, database: string | null = null): DumpManifest => ({
  ...manifestOf(Buffer.from('x'), `2026-11-${day}T01:00:02Z`),
  compression: 'gzip',
  database,
});

test('most-recent.sql.gz is the newest dump of all databases that gzip can read', () => {
  const dumps = [manifestOf(Buffer.from('x'), '2026-11-20T01:00:00Z'), gzip(19, 'shop'), gzip(18), gzip(17), onFull];
  expect(originDump(dumps, 'most-recent.sql.gz')).toBe(dumps[2]);
  expect(originDump(dumps, '20261117010002.sql.gz')).toBe(dumps[3]);
  expect(originDump([manifestOf(Buffer.from('x'), '2026-11-20T01:00:00Z')], 'most-recent.sql.gz')).toBeNull();
});
