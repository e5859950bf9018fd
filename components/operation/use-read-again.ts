'use client';

import { useEffect, useRef } from 'react';
import { getOperation } from '../../server/contract/client.ts';
import type { Operation } from '../../server/contract/operation.ts';
import { useLiveContext } from '../live/live-provider.tsx';
import { useLive } from '../live/use-live.ts';
import { takeAnswer } from './take-answer.ts';

/**
 * Reads the operations that a page knows as running once more, whenever it comes to hear the console: the end of one that
 * ended after the page was rendered and before that, or during a loss, was told to nobody here.
 */
export function useReadAgain(known: readonly Operation[]): void {
  const { store } = useLiveContext();
  const live = useLive((state) => state.connection.kind === 'live');
  const running = known
    .filter(({ outcome }) => outcome === null)
    .map(({ id }) => id)
    .join(' ');
  const heard = useRef(false);
  useEffect(() => {
    const joined = live && !heard.current;
    heard.current = live;
    if (!joined || running === '') return;
    const read = async (id: string) => {
      const answer = await getOperation(id);
      if (answer.kind === 'ok') takeAnswer(store, answer.value);
    };
    for (const id of running.split(' ')) void read(id);
  }, [store, live, running]);
}
