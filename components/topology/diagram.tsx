'use client';

import { clsx } from 'clsx';
import { useId } from 'react';
import type { ClusterSnapshot, ServerSnapshot } from '../../server/contract/snapshot.ts';
import { serverLine } from '../status/server-line.ts';
import { Mark } from '../ui/mark.tsx';
import { layoutTopology, nodeHeight, nodeWidth, type DiagramEdge, type DiagramNode, type Direction } from './layout.ts';

/** Who follows whom, drawn; beside it the same as sentences for who does not see it. */
export function TopologyDiagram({ cluster }: { cluster: ClusterSnapshot }) {
  return (
    <>
      <ul className="sr-only">
        {cluster.servers.map((server) => (
          <li key={server.name}>{inWords(server, cluster)}</li>
        ))}
      </ul>
      <Drawing cluster={cluster} direction="across" className="hidden md:block" />
      <Drawing cluster={cluster} direction="down" className="md:hidden" />
    </>
  );
}

function inWords(server: ServerSnapshot, cluster: ClusterSnapshot): string {
  const sources = server.replication.map((one) => one.primary ?? one.source);
  const follows = sources.length === 0 ? 'follows nobody' : `follows ${sources.join(' and ')}`;
  return `${server.name}, ${server.role}, ${follows}: ${serverLine(server, cluster).text}.`;
}

function Drawing({
  cluster,
  direction,
  className,
}: {
  cluster: ClusterSnapshot;
  direction: Direction;
  className: string;
}) {
  const id = useId();
  const diagram = layoutTopology(cluster.servers, cluster.primary, direction);
  return (
    <svg
      viewBox={`0 0 ${diagram.width} ${diagram.height}`}
      width={diagram.width}
      height={diagram.height}
      aria-hidden="true"
      className={clsx('h-auto max-w-full', className)}
    >
      <defs>
        {(['flows', 'broken'] as const).map((kind) => (
          <marker
            key={kind}
            id={`${id}-${kind}`}
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="8"
            markerHeight="8"
            orient="auto"
          >
            <path
              d="M1 1l6 3-6 3"
              fill="none"
              stroke="currentColor"
              strokeWidth="1.25"
              className={edgeColour(kind === 'flows')}
            />
          </marker>
        ))}
      </defs>
      {diagram.edges.map((edge) => (
        <Edge key={`${edge.from} ${edge.to}`} edge={edge} arrow={`${id}-${edge.flows ? 'flows' : 'broken'}`} />
      ))}
      {diagram.nodes.map((node) => (
        <Node key={node.name} node={node} cluster={cluster} />
      ))}
    </svg>
  );
}

const edgeColour = (flows: boolean): string => (flows ? 'text-control' : 'text-serious');

function Edge({ edge, arrow }: { edge: DiagramEdge; arrow: string }) {
  return (
    <path
      d={edge.path}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.5"
      strokeDasharray={edge.flows ? undefined : '2 4'}
      markerEnd={`url(#${arrow})`}
      className={edgeColour(edge.flows)}
    />
  );
}

function Node({ node, cluster }: { node: DiagramNode; cluster: ClusterSnapshot }) {
  const server = cluster.servers.find((one) => one.name === node.name);
  const line = server === undefined ? null : serverLine(server, cluster);
  const lines = line === null ? ['none of this cluster’s servers'] : [line.word, line.text.split(' · ')[0] ?? ''];
  return (
    <g transform={`translate(${node.x} ${node.y})`}>
      <title>{node.name}</title>
      <rect
        width={nodeWidth - 1}
        height={nodeHeight - 1}
        rx="6"
        strokeDasharray={node.known ? undefined : '3 3'}
        className="fill-raised stroke-line-strong"
      />
      {line !== null && (
        <g transform="translate(12 12)">
          <Mark level={line.level} />
        </g>
      )}
      <text x={line === null ? 12 : 32} y="23" className="fill-ink text-sm font-semibold">
        {shortened(node.name, line === null ? 26 : 22)}
      </text>
      <text x={line === null ? 12 : 32} y="40" className="fill-soft text-xs">
        {lines.join(' · ')}
      </text>
    </g>
  );
}

/** SVG text does not wrap: the middle of a long name gives way, since its ends tell servers apart. */
function shortened(name: string, most: number): string {
  if (name.length <= most) return name;
  const half = Math.floor((most - 1) / 2);
  return `${name.slice(0, half)}…${name.slice(-half)}`;
}
