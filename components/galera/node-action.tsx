'use client';

import { useState } from 'react';
import { actOnNode, type Refusal } from '../../server/contract/client.ts';
import type { Decision } from '../../server/contract/galera.ts';
import { useWhyNot } from '../live/use-live.ts';
import { NameField } from '../takeover/name-field.tsx';
import { nameAskedFor } from '../takeover/refusal.ts';
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
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const [typed, setTyped] = useState('');
  const act = decision.start.includes(node.name) ? 'start' : node.alive === 'waiting' ? 'stop' : null;
  if (act === null) return null;
  // What a start would erase is said by the answer, which asks for the name then.
  const name = refusal === null ? null : nameAskedFor(refusal);
  const press = async () => {
    setSaid(act === 'start' ? 'Starting…' : 'Stopping…');
    const answer = await actOnNode(cluster, node.name, act, name === null ? {} : { confirm: typed.trim() });
    setRefusal(answer.kind === 'ok' ? null : answer);
    setSaid(answer.kind === 'ok' ? `${node.name} is ${answer.value.kind}` : null);
    again();
  };
  const untyped = name !== null && typed.trim() !== name;
  return (
    <>
      {refusal !== null && (
        <p role="alert" className="mb-2 text-left md:min-w-72 md:whitespace-normal">
          {refusal.message} {refusal.kind === 'refused' && <span className="text-soft">{refusal.next}</span>}
        </p>
      )}
      {name !== null && <NameField name={name} typed={typed} type={setTyped} why="" />}
      <button
        type="button"
        className={name === null ? 'btn' : 'btn btn-risk'}
        disabled={whyNot !== null || untyped}
        onClick={() => void press()}
      >
        {act === 'start' ? `Start ${node.name}` : `Stop ${node.name}`}
      </button>
      <span role="status" className="block text-sm text-soft">
        {whyNot ?? said}
      </span>
    </>
  );
}
