import { expect, test } from 'vitest';
import { tookText } from './transfer.ts';

const ist = { kind: 'ist' as const, writeSets: 3, first: '26', last: '28' };
const sst = { kind: 'sst' as const, seqno: '175' };

test('what a node took is told beside what was foretold', () => {
  expect(tookText('ist', ist)).toBe('as foretold, it took what it missed: 3 write sets, 26 to 28');
  expect(tookText('sst', sst)).toBe('as foretold, it took a full copy, of 175');
  expect(tookText('ist', sst)).toBe('it took a full copy, of 175, and it was foretold that it takes what it missed');
  expect(tookText('unknown', ist)).toBe('it took what it missed: 3 write sets, 26 to 28');
});

test('what is not told is not made up', () => {
  expect(tookText('ist', { kind: 'not-told', reason: 'its log is no file' })).toBe(
    'it was foretold that it takes what it missed; what it took is not told: its log is no file',
  );
});
