import { expect, test } from 'vitest';
import { compareReadings } from './compare-rows.ts';

const reading = (first: Record<string, string>, second = first, skipped = 0) => ({
  first: { tables: first, skipped },
  second: { tables: second, skipped },
});

/** A table that is written to between the readings, and two that did not fit. */
const written = (first: string, second: string) => reading({ 'shop.orders': first }, { 'shop.orders': second }, 2);

test('the same checksums on all nodes are the same rows', () => {
  const one = reading({ 'shop.orders': '1', 'shop.customers': '2' });
  expect(compareReadings([one, one, one])).toEqual({
    same: ['shop.orders', 'shop.customers'],
    different: [],
    untold: 0,
  });
});

test('different checksums that do not change are different rows, also where a third node is written to', () => {
  const found = compareReadings([
    reading({ 'shop.orders': '1' }),
    reading({ 'shop.orders': '2' }),
    reading({ 'shop.orders': '7' }, { 'shop.orders': '8' }),
  ]);
  expect(found.different).toEqual(['shop.orders']);
});

test('a table that is being written to is not told, and neither are those that did not fit', () => {
  expect(compareReadings([written('1', '2'), written('2', '3')])).toEqual({ same: [], different: [], untold: 3 });
});

test('a table that only one node has read is not told', () => {
  expect(compareReadings([reading({ 'shop.orders': '1' }), reading({})])).toMatchObject({ same: [], untold: 1 });
});
