import type { AuditEntry } from '../../server/contract/access.ts';
import type { Answer, Refusal } from '../../server/contract/client.ts';
import { matches, siftsHere, type AuditFilter } from './audit-filter.ts';

/** The most that the console answers at once. */
export const largestPage = 1000;

export type AskAudit = (asked: { limit: number; before?: number; cluster?: string }) => Promise<Answer<AuditEntry[]>>;

export interface ReadBack {
  /** Those that match, newest first. */
  found: AuditEntry[];
  /** The oldest entry that was looked at, matching or not: where to go on. Null when none was. */
  oldest: Pick<AuditEntry, 'id' | 'at'> | null;
  /** True: there is nothing older. */
  ended: boolean;
  /** Why it stopped early. */
  failed: Refusal | null;
}

/** What of one answer is shown: those that match, `wanted` at most. `limit`: how many were asked for. */
export function sift(
  answer: readonly AuditEntry[],
  filter: AuditFilter,
  { wanted, limit }: { wanted: number; limit: number },
): ReadBack {
  const matching = answer.filter((entry) => matches(filter, entry));
  const found = matching.slice(0, wanted);
  const cut = found.length < matching.length;
  const last = (cut ? found : answer).at(-1);
  return {
    found,
    oldest: last === undefined ? null : { id: last.id, at: last.at },
    ended: !cut && answer.length < limit,
    failed: null,
  };
}

/**
 * Reads the audit backwards from `before` until `wanted` entries match, the audit ends, or `mostPages` were read.
 * `told` hears how many were found so far.
 */
export async function readBack(
  ask: AskAudit,
  filter: AuditFilter,
  {
    before,
    wanted,
    mostPages,
    told,
  }: { before: number | null; wanted: number; mostPages: number; told?: (found: number) => void },
): Promise<ReadBack> {
  const limit = siftsHere(filter) ? largestPage : Math.min(wanted, largestPage);
  let state: ReadBack = { found: [], oldest: null, ended: false, failed: null };
  for (let page = 0; page < mostPages && !state.ended && state.found.length < wanted; page += 1) {
    const from = state.oldest?.id ?? before;
    // One page after the other: each begins where the one before it ended.
    // eslint-disable-next-line no-await-in-loop
    const answer = await ask({
      limit,
      ...(from === null ? {} : { before: from }),
      ...(filter.cluster === null ? {} : { cluster: filter.cluster }),
    });
    if (answer.kind !== 'ok') return { ...state, failed: answer };
    const next = sift(answer.value, filter, { wanted: wanted - state.found.length, limit });
    state = { ...next, found: [...state.found, ...next.found], oldest: next.oldest ?? state.oldest };
    told?.(state.found.length);
  }
  return state;
}
