'use client';

import { clsx } from 'clsx';
import type { Decision } from '../../server/contract/galera.ts';
import { SizeBar } from '../dumps/size-bar.tsx';
import { Glyph } from '../ui/glyph.tsx';
import { Status } from '../ui/mark.tsx';
import { Ago } from '../ui/time.tsx';
import { aliveWord, nodeGroups, partOf, seqnoText, sourceText, type Node, type NodeGroup } from './node-groups.ts';
import { NodeAction } from './node-action.tsx';

/** What each node knows of itself, a row each; nodes of different histories stand apart. */
export function NodeTable({ cluster, decision, again }: { cluster: string; decision: Decision; again: () => void }) {
  const groups = nodeGroups(decision.nodes);
  return (
    <div className="mt-6 flex flex-col gap-8">
      {groups.map((group, place) => (
        <table key={group.uuid ?? 'none'} className="table">
          <caption className={groups.length > 1 ? 'pb-2 text-left text-sm text-soft' : 'sr-only'}>
            {group.uuid === null ? 'Nodes whose history is not known' : `Nodes of the history ${group.uuid}`}
          </caption>
          <thead>
            <tr>
              <th scope="col">Node</th>
              <th scope="col">State</th>
              <th scope="col">History</th>
              <th scope="col">Last transaction</th>
              <th scope="col">Safe to bootstrap</th>
              <th scope="col">Why, or why not</th>
              <th scope="col">As of</th>
              <th scope="col">
                <span className="sr-only">Action</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {group.nodes.map((node) => (
              <Row
                key={node.name}
                cluster={cluster}
                node={node}
                group={group}
                place={place}
                decision={decision}
                again={again}
              />
            ))}
          </tbody>
        </table>
      ))}
    </div>
  );
}

function Row({
  cluster,
  node,
  group,
  place,
  decision,
  again,
}: {
  cluster: string;
  node: Node;
  group: NodeGroup;
  place: number;
  decision: Decision;
  again: () => void;
}) {
  const { word, level } = aliveWord(node.alive);
  const part = partOf(node, group);
  const chosen = node.name === decision.recommended;
  return (
    <tr
      className={clsx(
        chosen && 'bg-accent-soft shadow-[-0.75rem_0_0_var(--accent-soft),0.75rem_0_0_var(--accent-soft)]',
      )}
    >
      <th scope="row">
        {node.name}
        {chosen && <span className="block text-sm font-normal text-soft">recommended</span>}
      </th>
      <td data-label="State">
        <Status level={level} word={word} />
      </td>
      <td data-label="History">
        <Swatch uuid={group.uuid} place={place} />
      </td>
      <td data-label="Last transaction">
        <span className="tabular-nums">{seqnoText(node.seqno)}</span>
        {part !== null && <SizeBar part={part} />}
        {node.source !== null && part !== null && (
          <span className="block text-sm text-faint">{sourceText[node.source]}</span>
        )}
      </td>
      <td data-label="Safe to bootstrap">
        {node.safeToBootstrap === null ? (
          <span className="text-faint">not known</span>
        ) : node.safeToBootstrap ? (
          '1'
        ) : (
          '0'
        )}
      </td>
      <td data-label="Why" className="max-w-96 md:whitespace-normal">
        {capital(node.reason)}
      </td>
      <td data-label="As of">{node.observedAt === null ? '–' : <Ago at={node.observedAt} calm />}</td>
      <td className="md:text-right">
        <NodeAction cluster={cluster} node={node} decision={decision} again={again} />
      </td>
    </tr>
  );
}

const colours = ['text-accent', 'text-series-2', 'text-series-3', 'text-series-4'];

/** A history by its colour and its first characters: never by the colour alone. */
function Swatch({ uuid, place }: { uuid: string | null; place: number }) {
  if (uuid === null) return <span className="text-faint">none</span>;
  return (
    <span className="inline-flex items-center gap-2" title={uuid}>
      <Glyph className={colours[place % 4]}>
        <rect width="12" height="12" rx="2" fill="currentColor" />
      </Glyph>
      <code className="mono">{uuid.slice(0, 4)}</code>
    </span>
  );
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
