'use client';

import { duration } from '../format/duration.ts';
import { Mark } from '../ui/mark.tsx';
import { useClock, useLive } from './use-live.ts';

/** "● live, 0.4 s ago" in the header: is what the page shows the truth now? */
export function LiveIndicator() {
  const kind = useLive((state) => state.connection.kind);
  const lastHeardMs = useLive((state) => state.lastHeardMs);
  const age = useClock((nowMs) => duration((nowMs - lastHeardMs) / 1000));
  const word = { connecting: 'connecting', live: 'live', lost: 'no contact', 'signed-out': 'signed out' }[kind];
  const level = { connecting: 'off', live: 'normal', lost: 'serious', 'signed-out': 'off' } as const;
  return (
    <span
      className="inline-flex items-baseline gap-2 whitespace-nowrap text-sm text-soft"
      title="When something was last heard from the console"
    >
      <Mark level={level[kind]} className="translate-y-px" />
      <span>
        {word}
        <span className="inline-block min-w-[4.6rem]">, {age} ago</span>
      </span>
    </span>
  );
}
