const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'] as const;

/** "412 MB": three digits at most, decimal units. */
export function byteText(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 999.5 && unit < UNITS.length - 1) [value, unit] = [value / 1000, unit + 1];
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

/** "8 s", "4 min", "2.5 h". */
export function spanOfTime(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

/** What a copy in progress waits for: "412 MB of about 1.2 GB, 61 MB/s, about 13 s left". `seconds` since it began. */
export function copyProgress(bytes: number, expectedBytes: number, seconds: number): string {
  if (bytes === 0) return 'the first byte of the copy';
  const amount = `${byteText(bytes)} of about ${byteText(Math.max(bytes, expectedBytes))}`;
  // The first second says nothing about the rest.
  if (seconds < 1) return amount;
  const rate = bytes / seconds;
  const left = (expectedBytes - bytes) / rate;
  return `${amount}, ${byteText(rate)}/s${left > 0 ? `, about ${spanOfTime(left)} left` : ''}`;
}
