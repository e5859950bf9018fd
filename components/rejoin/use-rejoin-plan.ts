'use client';

import { useCallback, useEffect, useState } from 'react';
import { planRejoin, type Answer } from '../../server/contract/client.ts';
import type { RejoinPlan } from '../../server/contract/rejoin.ts';

/** Asks for the plan when the page opens, and again when asked to; null while it is being made. */
export function useRejoinPlan(
  cluster: string,
  server: string,
  setAside: boolean,
): { answer: Answer<RejoinPlan> | null; again: () => void } {
  const [round, setRound] = useState(0);
  const question = JSON.stringify([cluster, server, setAside, round]);
  const [answered, setAnswered] = useState<{ question: string; answer: Answer<RejoinPlan> } | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    const ask = async () => {
      const answer = await planRejoin(cluster, server, setAside, stop.signal);
      if (!stop.signal.aborted) setAnswered({ question, answer });
    };
    void ask();
    return () => stop.abort();
  }, [cluster, server, setAside, question]);
  const again = useCallback(() => setRound((before) => before + 1), []);
  return { answer: answered?.question === question ? answered.answer : null, again };
}
