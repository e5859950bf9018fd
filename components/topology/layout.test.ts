import { describe, expect, test } from 'vitest';
import { aConnection, aServer } from '../status/example.ts';
import { layoutTopology, nodeHeight, nodeWidth, type Diagram } from './layout.ts';

const alone = (name: string) => aServer({ name });
const follows = (name: string, ...primaries: string[]) =>
  aServer({ name, replication: primaries.map((primary) => aConnection({ primary, connection: primary })) });
const places = (diagram: Diagram) => diagram.nodes.map((node) => `${node.name}@${node.depth}`);

describe('the diagram of who follows whom', () => {
  test('a primary stands before its replicas, at their middle', () => {
    const { nodes } = layoutTopology(
      [follows('db-2', 'db-1'), alone('db-1'), follows('db-3', 'db-1')],
      'db-1',
      'across',
    );
    const y = Object.fromEntries(nodes.map((node) => [node.name, node.y]));
    expect(y['db-1']).toBe(((y['db-2'] ?? 0) + (y['db-3'] ?? 0)) / 2);
  });

  test('a chain goes on to the right', () => {
    expect(places(layoutTopology([alone('a'), follows('b', 'a'), follows('c', 'b')], 'a', 'across'))).toEqual([
      'a@0',
      'b@1',
      'c@2',
    ]);
  });

  test('a ring is drawn with every server once', () => {
    const diagram = layoutTopology([follows('a', 'b'), follows('b', 'a')], 'b', 'across');
    expect(places(diagram)).toEqual(['b@0', 'a@1']);
    expect(diagram.edges).toHaveLength(2);
  });

  test('a source that is none of the cluster is drawn as such', () => {
    const outside = aServer({ name: 'db-2', replication: [aConnection({ primary: null, source: '192.0.2.9:3306' })] });
    expect(layoutTopology([outside], null, 'across').nodes.map((node) => [node.name, node.known])).toEqual([
      ['192.0.2.9:3306', false],
      ['db-2', true],
    ]);
  });

  test('a server with two sources is drawn once, with both lines', () => {
    const diagram = layoutTopology([alone('a'), alone('b'), follows('c', 'a', 'b')], 'a', 'across');
    expect(diagram.nodes).toHaveLength(3);
    expect(diagram.edges.map((edge) => edge.from)).toEqual(['a', 'b']);
  });

  test('a broken connection does not flow', () => {
    const broken = aServer({ name: 'b', replication: [aConnection({ primary: 'a', sqlThread: 'stopped' })] });
    expect(layoutTopology([alone('a'), broken], 'a', 'down').edges[0]?.flows).toBe(false);
  });

  test.each(['across', 'down'] as const)('no two servers overlap (%s)', (direction) => {
    const { nodes } = layoutTopology(
      [alone('a'), follows('b', 'a'), follows('c', 'a'), follows('d', 'c'), follows('e', 'c'), alone('f')],
      'a',
      direction,
    );
    const overlap = nodes.flatMap((one, place) =>
      nodes
        .slice(place + 1)
        .filter((other) => Math.abs(one.x - other.x) < nodeWidth && Math.abs(one.y - other.y) < nodeHeight),
    );
    expect(overlap).toEqual([]);
  });
});
