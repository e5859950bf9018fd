/** One MariaDB global transaction id, domain-server-sequence (https://mariadb.com/kb/en/gtid/). Sequences are 64 bit. */
export interface Gtid {
  readonly domain: number;
  readonly server: number;
  readonly sequence: bigint;
}

/** A position (one id per domain) or a binlog state (one per domain and server), sorted by domain, server. */
export type GtidList = readonly Gtid[];

/** A span of transactions of one server in one domain, both ends included. */
export interface GtidRange {
  readonly domain: number;
  readonly server: number;
  readonly from: bigint;
  readonly to: bigint;
}

const maxUint32 = 4_294_967_295;
const maxUint64 = 18_446_744_073_709_551_615n;

/** The list that the text holds, or null when it is not a GTID list. "" is the empty list. */
export function parseGtidList(text: string): GtidList | null {
  const trimmed = text.trim();
  if (trimmed === '') return [];
  const gtids: Gtid[] = [];
  for (const part of trimmed.split(',')) {
    const match = /^\s*(\d{1,10})-(\d{1,10})-(\d{1,20})\s*$/.exec(part);
    if (!match) return null;
    const gtid = { domain: Number(match[1]), server: Number(match[2]), sequence: BigInt(match[3] ?? '') };
    if (gtid.domain > maxUint32 || gtid.server > maxUint32 || gtid.sequence > maxUint64) return null;
    gtids.push(gtid);
  }
  return sorted(gtids);
}

/** As parseGtidList, for text that a server gave. Throws on text that is no GTID list: that is a bug, not an input. */
export function gtidList(text: string): GtidList {
  const list = parseGtidList(text);
  if (!list) throw new Error(`not a GTID list: ${text}`);
  return list;
}

/** MariaDB's notation, "0-1-5,1-2-7"; "" for the empty list. */
export function formatGtidList(list: GtidList): string {
  return list.map((gtid) => `${gtid.domain}-${gtid.server}-${gtid.sequence}`).join(',');
}

/** The domains of the list, rising, each once. */
export function domainsOf(list: GtidList): number[] {
  return [...new Set(list.map((gtid) => gtid.domain))].toSorted((a, b) => a - b);
}

/** The highest sequence of the domain; 0 where the list has none: nothing was applied there. */
export function sequenceOf(list: GtidList, domain: number): bigint {
  return list.reduce(
    (highest, gtid) => (gtid.domain === domain && gtid.sequence > highest ? gtid.sequence : highest),
    0n,
  );
}

/** True when every domain of `wanted` is reached by `list`: what a replica must have applied before it may take over. */
export function reaches(list: GtidList, wanted: GtidList): boolean {
  return wanted.every((gtid) => sequenceOf(list, gtid.domain) >= gtid.sequence);
}

/** The part of `wanted` that `list` has not reached: what MASTER_GTID_WAIT is asked for. */
export function notReached(list: GtidList, wanted: GtidList): GtidList {
  return wanted.filter((gtid) => sequenceOf(list, gtid.domain) < gtid.sequence);
}

/** Of two positions of one server the further one, by domain: what it has altogether. */
export function furthest(a: GtidList, b: GtidList): GtidList {
  return domainsOf([...a, ...b]).flatMap((domain) => {
    const highest = sequenceOf([...a, ...b], domain);
    return [...a, ...b].filter((gtid) => gtid.domain === domain && gtid.sequence === highest).slice(0, 1);
  });
}

/**
 * Transactions by which `behind` trails `ahead`, summed over the domains of `ahead`. A domain that `behind` leads counts
 * nothing: that is not negative lag. Sequences have no holes on one primary, so the difference is the count.
 */
export function transactionsBehind(ahead: GtidList, behind: GtidList): number {
  return Number(
    domainsOf(ahead).reduce((total, domain) => {
      const difference = sequenceOf(ahead, domain) - sequenceOf(behind, domain);
      return difference > 0n ? total + difference : total;
    }, 0n),
  );
}

/**
 * Transactions in the binlog state of one server that another does not have, per domain and server id: errant when the
 * first replicates from the second. Read the replica first and the primary after it: the other way round every replica
 * of a busy primary looks errant (measured 30 of 30). `applied` is the first server's gtid_slave_pos, where it is at
 * hand: it tells where the extra span starts when its binlog began after a first copy.
 */
export function extraTransactions(state: GtidList, referenceState: GtidList, applied: GtidList = []): GtidRange[] {
  return state.flatMap((gtid) => {
    if (has(referenceState, gtid)) return [];
    const from = firstExtra(gtid, [...state, ...applied], referenceState);
    return [{ domain: gtid.domain, server: gtid.server, from, to: gtid.sequence }];
  });
}

/**
 * Sequences of a domain are shared by its servers and rise, so what is extra starts above the highest lower one that both
 * have. Where only higher ones are common (gtid_strict_mode is off: both went on), nobody can tell, and the last is named.
 */
function firstExtra(gtid: Gtid, own: GtidList, reference: GtidList): bigint {
  const sameSource = reference.filter((other) => other.domain === gtid.domain && other.server === gtid.server);
  const common = own.filter((other) => other.domain === gtid.domain && has(reference, other));
  const before = [...sameSource, ...common].filter((other) => other.sequence < gtid.sequence);
  if (before.length === 0 && common.length > 0) return gtid.sequence;
  return before.reduce((highest, { sequence }) => (sequence > highest ? sequence : highest), 0n) + 1n;
}

/** Whether each of those stands in the other list, to its number: two sources of one position agree. */
export function standsIn(some: GtidList, all: GtidList): boolean {
  return some.every((one) =>
    all.some((other) => other.domain === one.domain && other.server === one.server && other.sequence === one.sequence),
  );
}

/** Whether a state holds the transaction. */
export function has(state: GtidList, gtid: Gtid): boolean {
  return state.some(
    (other) => other.domain === gtid.domain && other.server === gtid.server && other.sequence >= gtid.sequence,
  );
}

/** How many transactions the spans hold: exact with gtid_strict_mode, at least so many without it. */
export function countTransactions(ranges: readonly GtidRange[]): number {
  return Number(ranges.reduce((total, range) => total + (range.to - range.from + 1n), 0n));
}

/** "0-1-13" or "0-1-13…17", comma separated: for people. */
export function formatRanges(ranges: readonly GtidRange[]): string {
  return ranges
    .map(({ domain, server, from, to }) => `${domain}-${server}-${from}${from === to ? '' : `…${to}`}`)
    .join(', ');
}

function sorted(gtids: readonly Gtid[]): GtidList {
  return gtids.toSorted((a, b) => a.domain - b.domain || a.server - b.server || (a.sequence < b.sequence ? -1 : 1));
}
