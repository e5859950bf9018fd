/** "0.3 s", "42 s", "5 min 3 s", "2 h 10 min", "3 d 4 h". */
export function seconds(value: number): string {
  if (value < 10) return `${value.toFixed(1)} s`;
  const whole = Math.round(value);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3600)} h`;
}

/** How long before `nowMs` an ISO instant was; a clock ahead of ours gives 0. */
export function age(instant: string, nowMs: number): string {
  return seconds(Math.max(0, (nowMs - Date.parse(instant)) / 1000));
}

/** "512 B", "1.4 kB", "38.2 MB": powers of 1000, as disks are sold and downloads are shown. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let size = value;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit]}`;
}
