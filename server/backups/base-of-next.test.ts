import { expect, test } from 'vitest';
import type { DumpManifest } from '../contract/dumps.ts';
import { baseOfNext, type SourceNow } from './base-of-next.ts';
import { manifestOf } from './fixtures.ts';

/** Begun in that hour of a day, on that place of the log. */
function physical(hour: number, base: DumpManifest | null, to: string): DumpManifest {
  return {
    ...manifestOf(Buffer.from('x'), `2026-11-20T${hour}:00:00.500Z`),
    name: `at-${hour}`,
    method: base === null ? 'mariabackup' : 'mariabackup-incremental',
    base: base?.name ?? null,
    dataFiles: 'files-1',
    lsn: { from: base?.lsn?.to ?? '0', to },
  };
}
const full = physical(10, null, '100');
const incremental = physical(11, full, '200');
const dump = manifestOf(Buffer.from('x'), '2026-11-20T12:00:00Z');
const source: SourceNow = { version: '10.11.21-MariaDB', dataFiles: 'files-1', lsn: 200n };

function next(
  catalogue: readonly DumpManifest[],
  changes: Partial<SourceNow> = {},
  fullDueAt = '2026-11-20T10:00:00Z',
  bad: readonly DumpManifest[] = [],
) {
  return baseOfNext(
    catalogue,
    'db-1',
    { ...source, ...changes },
    {
      fullDueAt: new Date(fullDueAt),
      isBad: (one) => bad.includes(one),
    },
  );
}

test('the next one builds on the newest physical one, whatever dump came after it', () => {
  expect(next([dump, incremental, full])).toEqual({ kind: 'incremental', base: incremental });
  expect(next([full], { lsn: null })).toEqual({ kind: 'incremental', base: full });
});

test.each([
  ['there is none yet', next([dump]), /first/],
  ['the one below the newest is gone', next([incremental]), /gone/],
  ['one of the chain could not be restored', next([incremental, full], {}, undefined, [full]), /at-10 could not/],
  ['a full one has become due since', next([incremental, full], {}, '2026-11-20T10:30:00Z'), /due/],
  ['the data were exchanged', next([incremental, full], { dataFiles: 'files-2' }), /other data files/],
  ['the server was upgraded', next([incremental, full], { version: '11.4.2-MariaDB' }), /another version/],
  ['the data were set back to before it', next([incremental, full], { lsn: 199n }), /older/],
  ['only another server has some', next([{ ...full, server: 'db-2' }]), /first/],
])('it is a full one where %s', (_, decided, why) => {
  expect(decided).toEqual({ kind: 'full', why: expect.stringMatching(why) });
});
