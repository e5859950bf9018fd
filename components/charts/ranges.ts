/** The spans of time that a chart can show: how many points are asked, and how often it is read again. */
export const ranges = [
  { id: '5min', text: '5 min', words: 'the last 5 minutes', ms: 300_000, points: 300, everyMs: 0 },
  { id: '1h', text: '1 h', words: 'the last hour', ms: 3_600_000, points: 360, everyMs: 10_000 },
  { id: '24h', text: '24 h', words: 'the last 24 hours', ms: 86_400_000, points: 480, everyMs: 60_000 },
  { id: '30d', text: '30 d', words: 'the last 30 days', ms: 30 * 86_400_000, points: 720, everyMs: 300_000 },
] as const;

export type Range = (typeof ranges)[number];
