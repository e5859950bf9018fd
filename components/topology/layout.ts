import type { ServerSnapshot } from '../../server/contract/snapshot.ts';
import { isReplicating } from '../status/server-line.ts';

export type Direction = 'across' | 'down';

export interface DiagramNode {
  name: string;
  /** False for a source that is none of the cluster's servers. */
  known: boolean;
  depth: number;
  x: number;
  y: number;
}

export interface DiagramEdge {
  from: string;
  to: string;
  /** Both threads run. */
  flows: boolean;
  path: string;
}

export interface Diagram {
  nodes: DiagramNode[];
  edges: DiagramEdge[];
  width: number;
  height: number;
}

export const nodeWidth = 216;
export const nodeHeight = 52;
const gap = { across: { column: 72, row: 14 }, down: { column: 32, row: 14 } };
const margin = 1;

type Follows = Pick<ServerSnapshot, 'name' | 'replication'>;

interface Link {
  from: string;
  to: string;
  flows: boolean;
}

/**
 * Who follows whom as places and lines, from what the replicas themselves say. `across`: each generation a column;
 * `down`: one below the other, indented, for narrow screens. Every server is drawn once, also in a ring.
 */
export function layoutTopology(servers: readonly Follows[], primary: string | null, direction: Direction): Diagram {
  const links = servers.flatMap((server) =>
    server.replication.map((one): Link => ({
      from: one.primary ?? one.source,
      to: server.name,
      flows: isReplicating(one),
    })),
  );
  const order = placeInOrder(servers, links, primary);
  const nodes = direction === 'down' ? placeDown(order, servers) : placeAcross(order, servers, links);
  const at = new Map(nodes.map((node) => [node.name, node]));
  const edges = links.flatMap((link) => {
    const [from, to] = [at.get(link.from), at.get(link.to)];
    return from === undefined || to === undefined ? [] : [{ ...link, path: edgePath(from, to, direction) }];
  });
  return {
    nodes,
    edges,
    width: Math.max(0, ...nodes.map((node) => node.x + nodeWidth)) + margin,
    height: Math.max(0, ...nodes.map((node) => node.y + nodeHeight)) + margin,
  };
}

/** Depth first from those that follow nobody; what a ring leaves over starts at the primary, or at its first. */
function placeInOrder(
  servers: readonly Follows[],
  links: readonly Link[],
  primary: string | null,
): { name: string; depth: number }[] {
  const names = servers.map((server) => server.name);
  const outside = [...new Set(links.map((link) => link.from))].filter((name) => !names.includes(name));
  const roots = [...outside, ...names.filter((name) => links.every((link) => link.to !== name))];
  const starts = [...roots, ...(primary === null ? [] : [primary]), ...names];
  const placed: { name: string; depth: number }[] = [];
  const visit = (name: string, depth: number): void => {
    if (placed.some((one) => one.name === name) || !(names.includes(name) || outside.includes(name))) return;
    placed.push({ name, depth });
    for (const link of links) if (link.from === name) visit(link.to, depth + 1);
  };
  for (const name of starts) visit(name, 0);
  return placed;
}

const isKnown = (name: string, servers: readonly Follows[]): boolean => servers.some((server) => server.name === name);

function placeDown(order: readonly { name: string; depth: number }[], servers: readonly Follows[]): DiagramNode[] {
  return order.map(({ name, depth }, place) => ({
    name,
    known: isKnown(name, servers),
    depth,
    x: margin + depth * gap.down.column,
    y: margin + place * (nodeHeight + gap.down.row),
  }));
}

/** Leaves take one row each; a server stands at the middle of those that follow it. */
function placeAcross(
  order: readonly { name: string; depth: number }[],
  servers: readonly Follows[],
  links: readonly Link[],
): DiagramNode[] {
  const parentOf = new Map<string, string>();
  order.forEach(({ name, depth }, place) => {
    const parent = order
      .slice(0, place)
      .findLast((one) => one.depth === depth - 1 && links.some((link) => link.from === one.name && link.to === name));
    if (parent !== undefined) parentOf.set(name, parent.name);
  });
  const rowOf = new Map<string, number>();
  let nextRow = 0;
  const row = (name: string): number => {
    const rows = order.filter((one) => parentOf.get(one.name) === name).map((one) => row(one.name));
    const mine = rows.length === 0 ? nextRow++ : (Math.min(...rows) + Math.max(...rows)) / 2;
    rowOf.set(name, mine);
    return mine;
  };
  for (const { name } of order) if (!parentOf.has(name)) row(name);
  return order.map(({ name, depth }) => ({
    name,
    known: isKnown(name, servers),
    depth,
    x: margin + depth * (nodeWidth + gap.across.column),
    y: margin + (rowOf.get(name) ?? 0) * (nodeHeight + gap.across.row),
  }));
}

function edgePath(from: DiagramNode, to: DiagramNode, direction: Direction): string {
  const end = { x: to.x - 2, y: to.y + nodeHeight / 2 };
  if (to.depth <= from.depth) {
    const start = { x: from.x + nodeWidth / 2, y: from.y };
    return `M${start.x} ${start.y}C${start.x} ${start.y - 24} ${end.x - 40} ${end.y} ${end.x} ${end.y}`;
  }
  if (direction === 'down') {
    const x = from.x + gap.down.column / 2;
    return `M${x} ${from.y + nodeHeight}V${end.y - 6}Q${x} ${end.y} ${x + 6} ${end.y}H${end.x}`;
  }
  const start = { x: from.x + nodeWidth, y: from.y + nodeHeight / 2 };
  if (start.y === end.y) return `M${start.x} ${start.y}H${end.x}`;
  const middle = start.x + gap.across.column / 2;
  const turn = end.y > start.y ? 6 : -6;
  return `M${start.x} ${start.y}H${middle - 6}Q${middle} ${start.y} ${middle} ${start.y + turn}V${end.y - turn}Q${middle} ${end.y} ${middle + 6} ${end.y}H${end.x}`;
}
