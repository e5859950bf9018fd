'use client';

import { useClock } from '../live/use-live.ts';
import { lineStyle } from './lines.ts';

const strokes = ['text-accent', 'text-series-2', 'text-series-3', 'text-series-4'];

/** Which line is which server, and what each was at the time that the pointer is at. */
export function ChartLegend({
  servers,
  times,
  rows,
  place,
  tell,
}: {
  servers: readonly string[];
  times: readonly number[];
  rows: readonly (readonly (number | null)[])[];
  place: number | null;
  tell: (value: number) => string;
}) {
  const at = place === null ? undefined : times[place];
  const nowMs = useClock((ms) => Math.floor(ms / 60_000) * 60_000);
  return (
    <p className="flex flex-wrap gap-x-6 gap-y-1 text-sm text-soft">
      {servers.map((server, index) => (
        <span key={server} className="inline-flex items-center gap-2">
          <svg viewBox="0 0 24 8" width="24" height="8" aria-hidden="true" className={strokes[index % strokes.length]}>
            <path
              d="M0 4H24"
              stroke="currentColor"
              strokeWidth="2"
              strokeDasharray={lineStyle(index).dash.join(' ') || undefined}
            />
          </svg>
          {server}
          {at !== undefined && (
            <span className="min-w-14 text-ink">{valueText(rows[index]?.[place ?? 0] ?? null, tell)}</span>
          )}
        </span>
      ))}
      {at !== undefined && <span className="ml-auto text-faint">{timeOf(at, nowMs)}</span>}
    </p>
  );
}

const valueText = (value: number | null, tell: (value: number) => string): string =>
  value === null ? 'no number' : tell(value);

function timeOf(atSeconds: number, nowMs: number): string {
  const at = new Date(atSeconds * 1000);
  const time = at.toLocaleTimeString('en-GB');
  return nowMs - at.getTime() < 80_000_000
    ? time
    : `${at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })} ${time}`;
}
