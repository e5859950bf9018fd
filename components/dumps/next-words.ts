/**
 * When something of the schedule comes, as one says it: "today at 17:00 CET", "tonight at 01:00 CET", "tomorrow at
 * 12:00 CET", "23 Nov at 01:00 CET". `zone`: the reader's own when left out.
 */
export function nextWords(iso: string, now: Date, zone?: string): string {
  const at = new Date(iso);
  const options = zone === undefined ? {} : { timeZone: zone };
  const time = new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
    ...options,
  }).format(at);
  const hour = Number(time.slice(0, 2));
  return `${day(at, now, hour, options)} at ${time}`;
}

const dayMs = 24 * 3_600_000;

function day(at: Date, now: Date, hour: number, options: { timeZone?: string }): string {
  const date = new Intl.DateTimeFormat('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit', ...options });
  const [then, today] = [date.format(at), date.format(now)];
  // Noon is far from the hours that a change of the clocks adds or takes away.
  const tomorrow = new Date(Date.parse(`${today}T12:00:00Z`) + dayMs).toISOString().slice(0, 10);
  if (then === today) return hour >= 18 ? 'tonight' : 'today';
  if (then === tomorrow) return hour < 6 ? 'tonight' : 'tomorrow';
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', ...options }).format(at);
}
