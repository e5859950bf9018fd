import type { TakeoverPlan } from '../../server/contract/takeover.ts';
import { counted } from '../format/number.ts';
import { duration } from '../format/duration.ts';

/** "about 50 ms", "about 2 s": an estimate has no decimals to be trusted. */
export function about(seconds: number): string {
  if (seconds < 0.095) return `about ${Math.max(10, Math.round(seconds * 100) * 10)} ms`;
  if (seconds < 0.95) return `about ${Math.round(seconds * 10) * 100} ms`;
  return `about ${seconds < 60 ? `${Math.round(seconds)} s` : duration(seconds)}`;
}

/** What is lost, in one clause. */
export function lossText({ kind, target, cost }: Pick<TakeoverPlan, 'kind' | 'target' | 'cost'>): string {
  if (kind === 'detach') return `Loses nothing of ${target}’s`;
  if (cost.transactionsLost === null || cost.lossKnown === 'unknown')
    return 'May lose transactions, nobody can know how many';
  if (cost.lossKnown === 'at-least' && cost.transactionsLost === 0) return 'Nothing known to be lost, but some may be';
  if (cost.lossKnown === 'at-least') return `Loses at least ${counted(cost.transactionsLost, 'transaction')}`;
  return cost.transactionsLost === 0 ? 'Loses nothing' : `Loses ${counted(cost.transactionsLost, 'transaction')}`;
}

/** How long writes stop, and how long it takes, as far as that can be said. */
export function timeTexts({ kind, cost }: Pick<TakeoverPlan, 'kind' | 'cost'>): string[] {
  const outage =
    cost.writeOutageSeconds === null
      ? []
      : [`writes ${kind === 'failover' ? 'are back after' : 'stop for'} ${about(cost.writeOutageSeconds)}`];
  const total = cost.totalSeconds === null ? [] : [`takes ${about(cost.totalSeconds)}`];
  return [...outage, ...total];
}
