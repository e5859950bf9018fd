const two = (value: number): string => String(value).padStart(2, '0');

/** "2026-11-20 12:03:11 UTC": what is written down, said on hover, and copied. */
export function utc(iso: string): string {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return iso;
  return `${at.toISOString().slice(0, 10)} ${at.toISOString().slice(11, 19)} UTC`;
}

/** "12:03 UTC" or "20 Nov, 12:03 UTC" when it was another day than `now` (both UTC). */
export function shortUtc(iso: string, now: Date): string {
  const at = new Date(iso);
  const time = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())} UTC`;
  const sameDay = at.toISOString().slice(0, 10) === now.toISOString().slice(0, 10);
  return sameDay ? time : `${at.getUTCDate()} ${monthNames[at.getUTCMonth()]}, ${time}`;
}

/** The same in the reader's own zone, which is named: "13:03 CET", "20 Nov, 13:03 CET". */
export function shortLocal(iso: string, now: Date, zone?: string): string {
  const at = new Date(iso);
  const options = zone === undefined ? {} : { timeZone: zone };
  const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', ...options });
  const time = new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
    ...options,
  }).format(at);
  const [date, today] = [day.format(at), day.format(now)];
  if (date === today) return time;
  const thisYear = date.slice(-4) === today.slice(-4);
  return `${thisYear ? date.slice(0, -5) : date}, ${time}`;
}

const monthNames = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
