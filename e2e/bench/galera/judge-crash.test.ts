import { expect, test } from 'vitest';
import { drawCrash } from './draw-crash.ts';
import { judgeCrash, type CrashFacts } from './judge-crash.ts';

const uuid = '6069cfec-e500-11f1-a643-baa0055035f1';
const at = (seqno: string, own = uuid) => ({ uuid: own, seqno });
const node = (name: string, status: Record<string, string> = {}, uids = ['a', 'b'], checksums = '1') => ({
  name,
  status: {
    cluster_status: 'Primary',
    local_state_comment: 'Synced',
    cluster_size: '2',
    cluster_state_uuid: uuid,
    ...status,
  },
  uids: new Set(uids),
  checksums,
});
const held: CrashFacts = {
  positions: { 'db-1': at('9'), 'db-2': at('10') },
  chosen: 'db-2',
  complaints: [],
  acknowledged: ['a', 'b'],
  nodes: [node('db-1'), node('db-2')],
};

test('a round in which all holds breaks nothing, and two at the same number are one as good as the other', () => {
  expect(judgeCrash(held)).toEqual([]);
  expect(judgeCrash({ ...held, positions: { 'db-1': at('10'), 'db-2': at('10') } })).toEqual([]);
});

test.each<[string, Partial<CrashFacts>]>([
  ['db-1 was chosen, at 9, and db-2 has 10', { chosen: 'db-1' }],
  ['it was begun with "", which is no node', { chosen: '' }],
  ['of different histories', { positions: { 'db-1': at('9', 'other'), 'db-2': at('10') } }],
  ['db-1 lacks 1 acknowledged rows: b', { nodes: [node('db-1', {}, ['a']), node('db-2')] }],
  ['the checksums of the nodes differ', { nodes: [node('db-1', {}, ['a', 'b'], '2'), node('db-2')] }],
  ['db-1 is Primary Joined 2', { nodes: [node('db-1', { local_state_comment: 'Joined' }), node('db-2')] }],
  ['db-1 is Primary Synced 1', { nodes: [node('db-1', { cluster_size: '1' }), node('db-2')] }],
  ['db-1 is in the history other', { nodes: [node('db-1', { cluster_state_uuid: 'other' }), node('db-2')] }],
  ['the verdict is human', { complaints: ['the verdict is human'] }],
])('%s', (sentence, change) => {
  expect(judgeCrash({ ...held, ...change }).join('; ')).toContain(sentence);
});

test('a seed always gives the same crash, and of many each order is drawn, with deaths at once and long after', () => {
  const nodes = ['db-1', 'db-2', 'db-3'];
  const crashes = Array.from({ length: 200 }, (_, seed) => drawCrash(seed, nodes));
  expect(crashes.map(({ seed }) => drawCrash(seed, nodes))).toEqual(crashes);
  expect(new Set(crashes.map(({ deaths }) => deaths.map(({ node: name }) => name).join(' '))).size).toBe(6);
  const pauses = crashes.flatMap(({ deaths }) => deaths.slice(1).map(({ afterMs }) => afterMs));
  expect(pauses.filter((pause) => pause === 0).length).toBeGreaterThan(50);
  expect(pauses.filter((pause) => pause > 2_000).length).toBeGreaterThan(50);
});
