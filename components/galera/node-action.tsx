'use client';

import { useState } from 'react';
import { actOnNode } from '../../server/contract/client.ts';
import type { Decision } from '../../server/contract/galera.ts';
import { useWhyNot } from '../live/use-live.ts';
import type { Node } from './node-groups.ts';

/** The one plain thing to do with a node: start it where that is all it takes, or stop one that waits in vain. */
export function NodeAction({
  cluster,
  node,
  decision,
  again,
}: {
  cluster: string;
  node: Node;
  decision: Decision;
  again: () => void;
}) {
  const whyNot = useWhyNot('operate');
  const [said, setSaid] = useState<string | null>(null);
  const act = decision.start.includes(node.name) ? 'start' : node.alive === 'waiting' ? 'stop' : null;
  if (act === null) return null;
  const press = async () => {
    setSaid(act === 'start' ? 'Starting…' : 'Stopping…');
    const answer = await actOnNode(cluster, node.name, act);
    setSaid(answer.kind === 'ok' ? `${node.name} is ${answer.value.kind}` : answer.message);
    again();
  };
  return (
    <>
      <button type="button" className="btn" disabled={whyNot !== null} onClick={() => void press()}>
        {act === 'start' ? `Start ${node.name}` : `Stop ${node.name}`}
      </button>
      <span role="status" className="block text-sm text-soft">
        {whyNot ?? said}
      </span>
    </>
  );
}
