import { describe, expect, test } from 'vitest';
import type { AuditEntry } from '../../server/contract/access.ts';
import { csvOf, exportName, jsonOf } from './audit-export.ts';
import { auditAddress, beforeOf, entryAddress, filterOf, matches, noFilter } from './audit-filter.ts';
import { readBack, sift, type AskAudit } from './read-back.ts';

function entry(id: number, change: Partial<AuditEntry> = {}): AuditEntry {
  return {
    id,
    at: new Date(Date.UTC(2026, 10, 20) + id * 1000).toISOString(),
    actor: 'ana',
    from: '10.1.2.3',
    action: 'sign-in',
    cluster: null,
    object: null,
    result: 'done',
    operationId: null,
    ...change,
  };
}

describe('the filter', () => {
  test('comes back from its own address', () => {
    const filter = { cluster: 'a b&c', actor: 'token:x', action: null };
    const address = auditAddress(filter, 12);
    expect(filterOf(Object.fromEntries(new URLSearchParams(address.split('?')[1])))).toEqual(filter);
    expect(beforeOf({ before: '12' })).toBe(12);
  });
  test('leaves nothing in the address when it is empty', () => {
    expect(auditAddress(filterOf({ cluster: ' ', actor: '', action: undefined }))).toBe('/audit');
  });
  test('of an address that is no number begins at the newest', () => {
    expect(['x', '-1', '1e9', '', undefined].map((before) => beforeOf({ before }))).toEqual([
      null,
      null,
      null,
      null,
      null,
    ]);
  });
  test('finds a part of a name in any case, and a cluster whole', () => {
    const one = entry(1, { actor: 'token:Nightly', action: 'dump-download', cluster: 'erp5' });
    expect(matches({ cluster: 'erp5', actor: 'nightly', action: 'DUMP' }, one)).toBe(true);
    expect(matches({ cluster: 'erp', actor: null, action: null }, one)).toBe(false);
  });
  test('an entry’s own address shows it first', () => {
    expect(entryAddress(41)).toBe('/audit?before=42#entry-41');
  });
});

describe('reading back', () => {
  const all = Array.from({ length: 2500 }, (_, n) => entry(2500 - n, { actor: n % 500 === 499 ? 'boris' : 'ana' }));
  const asked: number[] = [];
  const ask: AskAudit = async ({ limit, before = Infinity }) => {
    asked.push(before);
    return { kind: 'ok', value: all.filter(({ id }) => id < before).slice(0, limit) };
  };
  const boris = { ...noFilter, actor: 'boris' };

  test('goes on over pages without a match, and misses and doubles none', async () => {
    const { found, ended } = await readBack(ask, boris, { before: null, wanted: Infinity, mostPages: Infinity });
    expect(found.map(({ id }) => id)).toEqual([2001, 1501, 1001, 501, 1]);
    expect(ended).toBe(true);
  });
  test('that was cut short goes on at the entry after the last shown', async () => {
    const first = await readBack(ask, boris, { before: null, wanted: 1, mostPages: 10 });
    expect(first.found.map(({ id }) => id)).toEqual([2001]);
    const second = await readBack(ask, boris, { before: first.oldest?.id ?? 0, wanted: 1, mostPages: 10 });
    expect(second.found.map(({ id }) => id)).toEqual([1501]);
    expect(second.ended).toBe(false);
  });
  test('ends after so many pages, and says how far it looked', async () => {
    const { found, oldest, ended } = await readBack(
      ask,
      { ...noFilter, actor: 'nobody' },
      { before: null, wanted: 5, mostPages: 2 },
    );
    expect([found.length, oldest?.id, ended]).toEqual([0, 501, false]);
  });
  test('that fails in the middle says so and keeps what it has', async () => {
    let answers = 0;
    const failing: AskAudit = async (query) =>
      ++answers > 1 ? { kind: 'no-answer', message: 'The console did not answer.' } : ask(query);
    const { found, failed } = await readBack(failing, noFilter, { before: null, wanted: 1500, mostPages: 9 });
    expect([found.length, failed?.kind]).toEqual([1000, 'no-answer']);
  });
  test('an answer shorter than what was asked for is the end, unless some of it is not shown yet', () => {
    const few = all.slice(0, 10);
    expect(sift(few, noFilter, { wanted: 10, limit: 50 })).toMatchObject({ ended: true });
    expect(sift(few, noFilter, { wanted: 4, limit: 50 })).toMatchObject({ ended: false, oldest: { id: 2497 } });
  });
});

describe('an export', () => {
  test('quotes what would break a line, and lets no spreadsheet run a stranger’s name', () => {
    const text = csvOf([entry(7, { actor: '=HYPERLINK("http://x","a")', object: 'a,b\n"c"' })]);
    expect(text).toBe(
      'id,at,actor,from,action,cluster,object,result,operationId\r\n' +
        '7,2026-11-20T00:00:07.000Z,"\'=HYPERLINK(""http://x"",""a"")",10.1.2.3,sign-in,,"a,b\n""c""",done,\r\n',
    );
  });
  test('as JSON is what the API answers', () => {
    expect(JSON.parse(jsonOf([entry(7)]))).toEqual([entry(7)]);
  });
  test('has a name that says what it is of, and that every disk takes', () => {
    const at = new Date('2026-11-20T12:03:11.123Z');
    expect(exportName({ cluster: 'erp5', actor: 'token:a/b', action: null }, at, 'csv')).toBe(
      'baton-audit-erp5-token_a_b-2026-11-20T12-03-11Z.csv',
    );
  });
});
