'use client';

import { useCallback, useEffect, useState } from 'react';
import { getGalera, type Answer } from '../../server/contract/client.ts';
import type { GaleraView } from '../../server/contract/galera.ts';

/** Each look asks every agent: often enough to see a node come and go, and not while nobody looks at the page. */
const everyMs = 3_000;

/** What every node knows, asked again and again while the page is seen; null before the first answer. */
export function useGalera(cluster: string): { answer: Answer<GaleraView> | null; again: () => void } {
  const [answer, setAnswer] = useState<Answer<GaleraView> | null>(null);
  const look = useCallback(
    async (signal: AbortSignal) => {
      if (document.visibilityState !== 'visible') return;
      const next = await getGalera(cluster, signal);
      if (!signal.aborted) setAnswer(next);
    },
    [cluster],
  );
  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const goOn = async () => {
      await look(stop.signal);
      if (!stop.signal.aborted) timer = setTimeout(() => void goOn(), everyMs);
    };
    void goOn();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [look]);
  const again = useCallback(() => void look(new AbortController().signal), [look]);
  return { answer, again };
}
