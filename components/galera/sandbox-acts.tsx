'use client';

import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { killSandbox, planRound, startRound } from '../../server/contract/client.ts';
import { useWhyNot } from '../live/use-live.ts';
import { operationPath } from '../ui/paths.ts';

/** What can be tried out on throw-away nodes, without a name typed: both ways in which a whole cluster goes down. */
export function SandboxActs({ cluster, running, again }: { cluster: string; running: boolean; again: () => void }) {
  const router = useRouter();
  const whyNot = useWhyNot('operate');
  const [said, setSaid] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const during = async (words: string, act: () => Promise<string | null>) => {
    setBusy(true);
    setSaid(words);
    setSaid(await act());
    setBusy(false);
    again();
  };
  const stop = async (): Promise<string | null> => {
    const plan = await planRound(cluster, { act: 'stop' });
    if (plan.kind !== 'ok') return plan.message;
    const { order, blocked, confirm } = plan.value;
    if (blocked !== null) return blocked;
    const answer = await startRound(cluster, { act: 'stop', order, ...(confirm === null ? {} : { confirm }) });
    if (answer.kind !== 'ok') return answer.message;
    router.push(operationPath(answer.value.operationId));
    return null;
  };
  const kill = async (): Promise<string | null> => {
    const answer = await killSandbox(cluster);
    return answer.kind === 'ok' ? `Killed: ${answer.value.killed.join(', ')}.` : answer.message;
  };
  const shut = whyNot !== null || busy || !running;
  return (
    <span className="inline-flex flex-wrap items-center gap-2">
      <button type="button" className="btn btn-small" disabled={shut} onClick={() => void during('Stopping…', stop)}>
        Stop all in order
      </button>
      <button type="button" className="btn btn-small" disabled={shut} onClick={() => void during('Killing…', kill)}>
        Kill all
      </button>
      <span role="status" className="text-sm text-soft">
        {said}
      </span>
    </span>
  );
}
