/**
 * The console's clock, as far as a browser can know it. Each message carries the instant it was made, so the console's
 * time is at least that much ahead of the browser's steady clock; the largest of the last differences is the one with
 * the least delay in it. The browser's own date is never used: where it is wrong, ages would lie.
 */
export interface ConsoleClock {
  /** A message made at `atMs` (epoch) was received at `steadyMs` (performance.now). */
  heard(atMs: number, steadyMs: number): void;
  /** Milliseconds since the epoch, at `steadyMs`. */
  now(steadyMs: number): number;
}

/** How many differences are remembered: a minute of snapshots, so that drift and sleep are followed. */
const remembered = 60;

export function makeConsoleClock(atMs: number, steadyMs: number): ConsoleClock {
  // The first difference is a guess (when did the page's first byte come?): the first message replaces it.
  let differences: number[] = [];
  let offsetMs = atMs - steadyMs;
  return {
    heard(messageAtMs, messageSteadyMs) {
      if (!Number.isFinite(messageAtMs)) return;
      differences = [...differences, messageAtMs - messageSteadyMs].slice(-remembered);
      offsetMs = Math.max(...differences);
    },
    now: (steadyNowMs) => offsetMs + steadyNowMs,
  };
}
