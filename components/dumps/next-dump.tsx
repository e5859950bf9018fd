'use client';

import { useSyncExternalStore } from 'react';
import { utc } from '../format/instant.ts';
import { useClock } from '../live/use-live.ts';
import { nextWords } from './next-words.ts';

const never = () => () => undefined;

/** When the next dump of the schedule comes, in the reader's zone once the browser has taken over. */
export function NextDump({ at }: { at: string }) {
  const inBrowser = useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
  const text = useClock((nowMs) => nextWords(at, new Date(nowMs), inBrowser ? undefined : 'UTC'));
  return (
    <time dateTime={at} title={utc(at)}>
      {text}
    </time>
  );
}
