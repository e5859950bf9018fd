'use client';

import { useEffect, useState } from 'react';
import type { ServiceRun } from '../../server/contract/agent.ts';
import { getServiceRun } from '../../server/contract/client.ts';

const POLL_MS = 1000;

/** The log of one run, read when it is unfolded, and again while it goes on. */
export function RunLog(asked: { cluster: string; server: string; name: string; id: string; open: boolean }) {
  const [open, setOpen] = useState(asked.open);
  const text = useRun(asked, open);
  return (
    <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="target link text-sm">Log ›</summary>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by keyboard */}
      <section className="sql mt-1 max-h-72 overflow-y-auto text-left" tabIndex={0} aria-label={`Log of ${asked.name}`}>
        {text}
      </section>
    </details>
  );
}

function useRun(
  { cluster, server, name, id }: { cluster: string; server: string; name: string; id: string },
  open: boolean,
) {
  const [text, setText] = useState('Reading…');
  useEffect(() => {
    if (!open) return undefined;
    let ended = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = async () => {
      const answer = await getServiceRun(cluster, server, name, id);
      if (ended) return;
      setText(answer.kind === 'ok' ? logOf(answer.value) : answer.message);
      if (answer.kind !== 'ok' || answer.value.state === 'running') timer = setTimeout(() => void read(), POLL_MS);
    };
    void read();
    return () => {
      ended = true;
      clearTimeout(timer);
    };
  }, [cluster, server, name, id, open]);
  return text;
}

function logOf({ state, exitCode, log }: ServiceRun): string {
  // That it is done stands above.
  if (state === 'done') return log || 'It printed nothing.';
  const end = state === 'running' ? '… running' : `failed (exit ${exitCode ?? 'unknown'})`;
  return `${log}${log === '' || log.endsWith('\n') ? '' : '\n'}${end}`;
}
