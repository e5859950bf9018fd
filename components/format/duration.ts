const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** "0.4 s", "42 s", "4 min 12 s", "41 min", "6 h", "3 d": as exact as a reader can use, never below zero. */
export function duration(seconds: number): string {
  const positive = Math.max(0, seconds);
  if (positive < 9.95) return `${positive.toFixed(1)} s`;
  if (positive < minute - 0.5) return `${Math.round(positive)} s`;
  if (positive < 10 * minute) return withRest(Math.round(positive), minute, 'min', 1, 's');
  if (positive < 2 * hour) return `${Math.floor(positive / minute)} min`;
  if (positive < 10 * hour) return withRest(Math.floor(positive / minute), 60, 'h', 1, 'min');
  if (positive < 2 * day) return `${Math.floor(positive / hour)} h`;
  return `${Math.floor(positive / day)} d`;
}

function withRest(value: number, size: number, unit: string, smallSize: number, smallUnit: string): string {
  const whole = Math.floor(value / size);
  const rest = Math.floor((value % size) / smallSize);
  return rest === 0 ? `${whole} ${unit}` : `${whole} ${unit} ${rest} ${smallUnit}`;
}

/** One number and one unit, for ages that tick beside many rows: "<1 s", "3 s", "4 min", "26 h". */
export function calmDuration(seconds: number): string {
  if (seconds < 1) return '<1 s';
  if (seconds < minute) return `${Math.floor(seconds)} s`;
  if (seconds < 2 * hour) return `${Math.floor(seconds / minute)} min`;
  if (seconds < 2 * day) return `${Math.floor(seconds / hour)} h`;
  return `${Math.floor(seconds / day)} d`;
}

/** What a step or a query took: "2 ms", "41 ms", "0.4 s", "12 s". */
export function elapsed(milliseconds: number): string {
  const positive = Math.max(0, milliseconds);
  return positive < 99.5 ? `${Math.round(positive)} ms` : duration(positive / 1000);
}

/** "0.4 s ago", "14 s ago", "6 h ago". */
export function ago(seconds: number): string {
  return `${duration(seconds)} ago`;
}

/** "in 14 s", "in 6 h"; "now" when it is due. */
export function until(seconds: number): string {
  return seconds <= 0 ? 'now' : `in ${duration(seconds)}`;
}
