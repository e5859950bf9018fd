'use client';

import { useSyncExternalStore } from 'react';
import { clsx } from 'clsx';
import { calmDuration, duration } from '../format/duration.ts';
import { shortLocal, shortUtc, utc } from '../format/instant.ts';
import { useClock } from '../live/use-live.ts';

const never = () => () => undefined;

/** True once the browser has taken over: the server does not know the reader's zone. */
function useInBrowser(): boolean {
  return useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
}

/** An instant in the reader's zone, which is named; in UTC on hover, and until the browser has taken over. */
export function Instant({ at, className }: { at: string; className?: string }) {
  const inBrowser = useInBrowser();
  const text = useClock((nowMs) => (inBrowser ? shortLocal(at, new Date(nowMs)) : shortUtc(at, new Date(nowMs))));
  return (
    <time dateTime={at} title={utc(at)} className={clsx('whitespace-nowrap', className)}>
      {text}
    </time>
  );
}

/** How long ago, ticking. `calm`: in whole seconds, for ages that stand beside many rows. */
export function Ago({ at, calm = false, className }: { at: string; calm?: boolean; className?: string }) {
  const text = useClock((nowMs) => (calm ? calmDuration : duration)((nowMs - Date.parse(at)) / 1000));
  return (
    <time dateTime={at} title={utc(at)} className={clsx('whitespace-nowrap', className)}>
      {text} ago
    </time>
  );
}

/** How long since, ticking, without "ago": "4 min". */
export function Since({ at, className }: { at: string; className?: string }) {
  const text = useClock((nowMs) => duration((nowMs - Date.parse(at)) / 1000));
  return (
    <time dateTime={at} title={`since ${utc(at)}`} className={clsx('whitespace-nowrap', className)}>
      {text}
    </time>
  );
}

/** Absolute and relative together: "20 Nov, 13:03 CET · 6 h ago". */
export function InstantAndAgo({ at }: { at: string }) {
  return (
    <>
      <Instant at={at} /> <span className="text-faint">· </span>
      <Ago at={at} className="text-faint" />
    </>
  );
}
