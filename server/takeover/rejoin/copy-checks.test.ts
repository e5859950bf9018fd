import { expect, test } from 'vitest';
import type { DataDirectory } from '../../contract/reseed.ts';
import { judgeCopy } from './copy-checks.ts';
import type { CopyInput } from './rejoin-input.ts';

const data: DataDirectory = {
  path: '/srv/mysql',
  bytes: 1e9,
  freeBytes: 5e9,
  version: '10.11.18-MariaDB-log',
  tablesElsewhere: false,
  obstacles: [],
};
const seen = (change: Partial<DataDirectory> = {}): CopyInput['own'] => ({
  kind: 'seen',
  data: { ...data, ...change },
});
const well: CopyInput = { own: seen(), source: seen(), sourceBusy: false };
const found = (change: Partial<CopyInput>): string[] =>
  judgeCopy('db-1', 'db-2', { ...well, ...change })
    .filter(({ level }) => level !== 'pass')
    .map(({ level, code, server, fix }) => `${level} ${code} ${server}${fix === null ? '' : ', with its fix'}`);

test('two agents, room, the same version and nobody else at work: nothing stands in the way', () => {
  expect(found({})).toEqual([]);
});

test.each<[string, Partial<CopyInput>, string]>([
  ['no agent beside the server', { own: { kind: 'none' } }, 'block own-agent db-1, with its fix'],
  ['an agent that does not answer', { own: { kind: 'failed', text: 'refused' } }, 'block own-agent db-1, with its fix'],
  ['no agent beside the primary', { source: { kind: 'none' } }, 'block source-agent db-2, with its fix'],
  [
    'data that can’t be exchanged',
    { own: seen({ obstacles: [{ text: 'its data directory is a link', fix: 'Name the directory.' }] }) },
    'block data-exchangeable db-1, with its fix',
  ],
  ['tables elsewhere', { source: seen({ tablesElsewhere: true }) }, 'block source-whole db-2, with its fix'],
  ['a backup under way', { sourceBusy: true }, 'block source-free db-2, with its fix'],
  ['too little room', { own: seen({ freeBytes: 1.05e9 }) }, 'block disk-space db-1, with its fix'],
  ['an older version', { own: seen({ version: '10.6.21-MariaDB' }) }, 'block copy-version db-1, with its fix'],
  ['a newer version', { own: seen({ version: '11.4.5-MariaDB' }) }, 'block copy-version db-1, with its fix'],
  ['an older patch level', { own: seen({ version: '10.11.6-MariaDB' }) }, 'warn copy-version db-1'],
])('%s is said', (_what, change, says) => {
  expect(found(change)).toEqual([says]);
});
