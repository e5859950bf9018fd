import { expect, test } from 'vitest';
import { aliveWord, nodeGroups, partOf, seqnoText, type Node } from './node-groups.ts';

const one = '6069cfec-e500-11f1-a643-baa0055035f1';
const two = '8b6d2a10-e50c-11f1-9d11-5a2f9c0e7d21';
const node = (name: string, seqno: string | null, uuid: string | null = one): Node => ({
  name,
  alive: 'down',
  uuid,
  seqno,
  gtid: null,
  safeToBootstrap: false,
  whole: true,
  source: 'recover',
  observedAt: null,
  reason: '',
  choice: 'impossible',
  givesUp: [],
});

test('two histories are two groups, and nodes without one come last', () => {
  const zero = '00000000-0000-0000-0000-000000000000';
  const groups = nodeGroups([node('a', '1'), node('b', '2', zero), node('c', '3', two), node('d', '4')]);
  expect(groups.map(({ uuid, nodes }) => [uuid, nodes.map(({ name }) => name).join()])).toEqual([
    [one, 'a,d'],
    [two, 'c'],
    [null, 'b'],
  ]);
});

test('the bar tells the last five of thousands apart, and numbers beyond 2^53', () => {
  const nodes = [node('a', '9007199254740993'), node('b', '9007199254740988')];
  const [group] = nodeGroups(nodes);
  if (!group) throw new Error('no group');
  expect(partOf(group.nodes[0] ?? node('', null), group)).toBe(1);
  expect(partOf(group.nodes[1] ?? node('', null), group)).toBeLessThan(0.6);
  expect(partOf(node('c', '-1'), group)).toBeNull();
  expect(partOf(node('c', null), group)).toBeNull();
});

test('the same position is the whole bar for all', () => {
  const nodes = [node('a', '12'), node('b', '12')];
  const [group] = nodeGroups(nodes);
  expect(nodes.map((one_) => partOf(one_, group ?? { uuid: null, nodes: [] }))).toEqual([1, 1]);
});

test('seqnos are grouped, and none is said so', () => {
  expect(seqnoText('11713')).toBe('11\u2009713');
  expect(seqnoText('-1')).toBe('not known');
  expect(seqnoText(null)).toBe('not known');
  expect(aliveWord('waiting').level).toBe('caution');
});
