import { describe, expect, test } from 'vitest';
import { notModified, parseByteRange, rangeApplies } from './byte-range.ts';

describe('a Range of a file of 100 bytes', () => {
  test.each([
    ['bytes=0-9', { kind: 'part', first: 0, last: 9 }],
    ['bytes=90-', { kind: 'part', first: 90, last: 99 }],
    ['bytes=99-99', { kind: 'part', first: 99, last: 99 }],
    ['bytes=50-1000', { kind: 'part', first: 50, last: 99 }],
    ['bytes=-10', { kind: 'part', first: 90, last: 99 }],
    ['bytes=-1000', { kind: 'part', first: 0, last: 99 }],
    ['Bytes=0-0', { kind: 'part', first: 0, last: 0 }],
    ['bytes=100-', { kind: 'unsatisfiable' }],
    ['bytes=1000-2000', { kind: 'unsatisfiable' }],
    ['bytes=-0', { kind: 'unsatisfiable' }],
    // No valid range, another unit, or several: the whole file.
    ['bytes=9-0', { kind: 'whole' }],
    ['bytes=-', { kind: 'whole' }],
    ['bytes=a-b', { kind: 'whole' }],
    ['lines=0-9', { kind: 'whole' }],
    ['bytes=0-9,20-29', { kind: 'whole' }],
    ['', { kind: 'whole' }],
    [undefined, { kind: 'whole' }],
  ])('%j is %j', (header, range) => {
    expect(parseByteRange(header, 100)).toEqual(range);
  });
});

const file = { etag: '"abc"', lastModified: new Date('2026-11-20T18:54:00.700Z') };

test.each([
  [undefined, true],
  ['"abc"', true],
  ['"other"', false],
  ['W/"abc"', false],
  ['Fri, 20 Nov 2026 18:54:00 GMT', true],
  ['Fri, 20 Nov 2026 18:54:01 GMT', false],
  ['nonsense', false],
])('a range with If-Range %j goes with the file: %j', (ifRange, applies) => {
  expect(rangeApplies(ifRange, file)).toBe(applies);
});

test.each([
  [{ ifNoneMatch: '"abc"', ifModifiedSince: undefined }, true],
  [{ ifNoneMatch: '"x", W/"abc"', ifModifiedSince: undefined }, true],
  [{ ifNoneMatch: '*', ifModifiedSince: undefined }, true],
  [{ ifNoneMatch: '"x"', ifModifiedSince: 'Fri, 20 Nov 2030 18:54:00 GMT' }, false],
  [{ ifNoneMatch: undefined, ifModifiedSince: 'Fri, 20 Nov 2026 18:54:00 GMT' }, true],
  [{ ifNoneMatch: undefined, ifModifiedSince: 'Fri, 20 Nov 2026 18:53:59 GMT' }, false],
  [{ ifNoneMatch: undefined, ifModifiedSince: 'nonsense' }, false],
  [{ ifNoneMatch: undefined, ifModifiedSince: undefined }, false],
])('%j has the file already: %j', (headers, has) => {
  expect(notModified(headers, file)).toBe(has);
});
