import type { Level } from '../../server/contract/snapshot.ts';

/** The five marks: a shape each, a word each. `off` is off, set aside or unknown. */
export type MarkLevel = Level | 'normal' | 'off';

const rank: Record<MarkLevel, number> = { critical: 0, serious: 1, caution: 2, off: 3, normal: 4 };

/** Orders worst first. */
export function byLevel(one: MarkLevel, other: MarkLevel): number {
  return rank[one] - rank[other];
}
