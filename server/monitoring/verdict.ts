/** Worst last. The words and numbers are those of Nagios' plugins, which every monitoring system understands. */
const levels = ['ok', 'warning', 'critical', 'unknown'] as const;
export type VerdictLevel = (typeof levels)[number];

/** What a check for monitoring found: one line, without a secret. */
export interface Verdict {
  readonly level: VerdictLevel;
  readonly text: string;
}

/** 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN. */
export function levelNumber(level: VerdictLevel): 0 | 1 | 2 | 3 {
  return ({ ok: 0, warning: 1, critical: 2, unknown: 3 } as const)[level];
}

/** "CRITICAL - text" on one line, as long as such lines may be. */
export function verdictLine({ level, text }: Verdict): string {
  return `${level.toUpperCase()} - ${text.replace(/\s+/g, ' ').slice(0, 1000)}`;
}

/** Several findings as one: the worst level, what is critical first; what is well only where all is. */
export function worstOf(verdicts: readonly Verdict[], well: string): Verdict {
  // A known failure weighs more than something that could not be looked at.
  const order: readonly VerdictLevel[] = ['critical', 'unknown', 'warning', 'ok'];
  const bad = verdicts
    .filter(({ level }) => level !== 'ok')
    .toSorted((a, b) => order.indexOf(a.level) - order.indexOf(b.level));
  const [worst] = bad;
  return worst ? { level: worst.level, text: bad.map(({ text }) => text).join('; ') } : { level: 'ok', text: well };
}
