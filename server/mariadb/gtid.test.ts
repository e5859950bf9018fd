import { array, assert, bigInt, integer, property, record, uniqueArray } from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  countTransactions,
  domainsOf,
  extraTransactions,
  formatGtidList,
  formatRanges,
  gtidList,
  notReached,
  parseGtidList,
  reaches,
  sequenceOf,
  transactionsBehind,
  type Gtid,
} from './gtid.ts';

const gtid = record({
  domain: integer({ min: 0, max: 3 }),
  server: integer({ min: 1, max: 4 }),
  sequence: bigInt({ min: 1n, max: 2n ** 64n - 1n }),
});
/** As gtid_binlog_state: one of each domain and server. */
const state = uniqueArray(gtid, { selector: ({ domain, server }) => `${domain}-${server}`, maxLength: 8 });
/** As gtid_binlog_pos: one of each domain. */
const position = uniqueArray(gtid, { selector: ({ domain }) => domain, maxLength: 4 });

describe('the text of a GTID list', () => {
  test.each([
    ['', ''],
    [' ', ''],
    ['0-1-5', '0-1-5'],
    ['1-2-7,0-1-48211', '0-1-48211,1-2-7'],
    ['0-1-5, 0-2-6,\n1-1-1', '0-1-5,0-2-6,1-1-1'],
    ['4294967295-4294967295-18446744073709551615', '4294967295-4294967295-18446744073709551615'],
  ])('%j reads as %j', (text, formatted) => {
    expect(formatGtidList(gtidList(text))).toBe(formatted);
  });

  test.each([
    '0-1',
    '0-1-5,',
    ',',
    'x',
    '0-1-5;0-2-6',
    '-1-1-1',
    '4294967296-1-1',
    '0-1-18446744073709551616',
    '0-1-5 0-2-6',
  ])('%j is none', (text) => {
    expect(parseGtidList(text)).toBeNull();
    expect(() => gtidList(text)).toThrow(text);
  });

  test('comes back as it went, whatever its order', () => {
    assert(
      property(state, (list) => {
        const text = formatGtidList(list);
        const back = gtidList(text);
        expect(back).toHaveLength(list.length);
        expect(back).toEqual(expect.arrayContaining([...list]));
        expect(formatGtidList(gtidList(formatGtidList(back)))).toBe(formatGtidList(back));
      }),
    );
  });
});

describe('positions', () => {
  test('what is not reached is what is missing, and nothing else', () => {
    assert(
      property(position, position, (have, wanted) => {
        const missing = notReached(have, wanted);
        expect(missing.length === 0).toBe(reaches(have, wanted));
        expect(reaches([...have, ...missing], wanted)).toBe(true);
      }),
    );
  });

  test('nobody is behind who has reached it, and who is not has something to do', () => {
    assert(
      property(position, position, (ahead, behind) => {
        expect(transactionsBehind(ahead, behind) === 0).toBe(reaches(behind, ahead));
        expect(transactionsBehind(ahead, ahead)).toBe(0);
        expect(transactionsBehind(ahead, behind)).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test.each([
    ['0-1-11', '0-1-6', 5],
    ['0-1-11,1-1-5', '0-1-6,1-1-5', 5],
    ['0-1-11,1-1-5', '0-1-6', 10],
    ['0-1-11', '0-2-15', 0],
    ['0-1-3,1-1-9', '0-1-9,1-1-3', 6],
    ['', '0-1-9', 0],
    ['0-1-9', '', 9],
  ])('%s against %s is %i transactions behind', (ahead, behind, count) => {
    expect(transactionsBehind(gtidList(ahead), gtidList(behind))).toBe(count);
  });

  test('a domain that is not there stands at 0, and the highest of several servers counts', () => {
    expect(sequenceOf(gtidList('0-1-5,0-2-9,1-1-3'), 0)).toBe(9n);
    expect(sequenceOf(gtidList('0-1-5'), 7)).toBe(0n);
    expect(domainsOf(gtidList('5-1-1,0-1-5,0-2-9'))).toEqual([0, 5]);
  });
});

const covers = (reference: readonly Gtid[], one: Gtid): boolean =>
  reference.some(
    (other) => other.domain === one.domain && other.server === one.server && other.sequence >= one.sequence,
  );

const stateOf = (servers: readonly number[]): Gtid[] =>
  [...new Set(servers)].map((server) => ({
    domain: 0,
    server,
    sequence: BigInt(servers.lastIndexOf(server) + 1),
  }));

const extra = (own: string, reference: string, applied = ''): string =>
  formatRanges(extraTransactions(gtidList(own), gtidList(reference), gtidList(applied)));

describe('transactions that only one server has', () => {
  test.each([
    ['nothing extra in an equal state', '0-1-13,0-2-20', '0-1-13,0-2-20', '', ''],
    ['nothing extra in an older state', '0-1-13', '0-1-15', '', ''],
    ['the lost tail of an old primary', '0-1-13', '0-1-12,0-2-14', '', '0-1-13'],
    ['several', '0-1-17', '0-1-12,0-2-14', '', '0-1-13…17'],
    ["a replica's own write", '0-1-100,0-2-101', '0-1-120', '', '0-2-101'],
    ["a replica's own writes, the primary has gone on", '0-1-90,0-2-100', '0-1-200', '', '0-2-91…100'],
    ['where its own binlog began after a first copy', '0-2-101', '0-1-120', '0-1-100', '0-2-101'],
    ['an import of its own, before it replicated', '0-9-3', '0-1-54', '', '0-9-1…3'],
    ['at least the last, where both went on after it', '0-1-500,0-2-105', '0-1-510', '', '0-2-105'],
    ['in one of two domains', '0-1-5,1-1-9', '0-1-5,1-1-7', '', '1-1-8…9'],
    ['servers that took turns', '0-1-100,0-2-90', '0-1-10,0-2-90', '', '0-1-91…100'],
  ])('%s', (_, own, reference, applied, expected) => {
    expect(extra(own, reference, applied)).toBe(expected);
  });

  test('are none exactly where the reference covers the state, and each span ends with what the server has', () => {
    assert(
      property(state, state, position, (own, reference, applied) => {
        const ranges = extraTransactions(own, reference, applied);
        expect(ranges.map(({ domain, server, to }) => ({ domain, server, sequence: to }))).toEqual(
          own.filter((one) => !covers(reference, one)),
        );
        expect(ranges.every(({ from, to }) => from >= 1n && from <= to)).toBe(true);
        expect(extraTransactions(own, own)).toEqual([]);
      }),
    );
  });

  test('nothing that the reference has is in a span: in a simulated domain with one writer at a time', () => {
    const turns = array(record({ server: integer({ min: 1, max: 3 }), count: integer({ min: 1, max: 5 }) }), {
      minLength: 1,
      maxLength: 8,
    });
    assert(
      property(turns, integer({ min: 1, max: 9 }), integer({ min: 1, max: 5 }), (history, errantCount, share) => {
        const log = history.flatMap(({ server, count }) => Array.from({ length: count }, () => server));
        const cut = Math.max(1, Math.floor((log.length * share) / 5));
        // A replica applied `cut` transactions, then wrote some itself as server 9.
        const own = stateOf([...log.slice(0, cut), ...Array.from({ length: errantCount }, () => 9)]);
        expect(extraTransactions(own, stateOf(log))).toEqual([
          { domain: 0, server: 9, from: BigInt(cut + 1), to: BigInt(cut + errantCount) },
        ]);
      }),
    );
  });

  test('are counted and told in words', () => {
    const ranges = extraTransactions(gtidList('0-1-17,1-1-4'), gtidList('0-1-12,1-1-3'));
    expect(countTransactions(ranges)).toBe(6);
    expect(formatRanges(ranges)).toBe('0-1-13…17, 1-1-4');
  });
});
