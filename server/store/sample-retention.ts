export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;

/** Seconds are for looking at what happens now; a day of 20 servers is 69 MB (measured). */
export const secondsKeptMs = 24 * hourMs;
/** A month of minutes of 20 servers is 32 MB (measured). Longer history belongs to Prometheus. */
export const minutesKeptMs = 30 * 24 * hourMs;

/** Start of the span of `sizeMs` that an instant falls in; spans are counted from the epoch. */
export function floorTo(at: number, sizeMs: number): number {
  return Math.floor(at / sizeMs) * sizeMs;
}
