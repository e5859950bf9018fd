import type { Decision } from '../../server/contract/galera.ts';
import type { MarkLevel } from '../status/mark-level.ts';

export type Node = Decision['nodes'][number];

/** Nodes of one history; null: none is known of them. */
export interface NodeGroup {
  readonly uuid: string | null;
  readonly nodes: readonly Node[];
}

const none = /^[0-]+$/;

/** The nodes by their histories, in the order in which each is met; those without one last. Two are drawn apart. */
export function nodeGroups(nodes: readonly Node[]): NodeGroup[] {
  const historyOf = ({ uuid }: Node): string | null => (uuid === null || none.test(uuid) ? null : uuid);
  const uuids = [...new Set(nodes.map(historyOf))].toSorted((a, b) => Number(a === null) - Number(b === null));
  return uuids.map((uuid) => ({ uuid, nodes: nodes.filter((node) => historyOf(node) === uuid) }));
}

/** How far the node's position is beside the highest of its group, 0 to 1; null where it has none. By BigInt. */
export function partOf(node: Node, group: NodeGroup): number | null {
  const seqno = known(node);
  if (seqno === null) return null;
  const all = group.nodes.flatMap((one) => known(one) ?? []);
  const highest = all.reduce((a, b) => (b > a ? b : a), 0n);
  if (highest === 0n) return 1;
  // What differs are the last few of thousands: the bar begins a little below the lowest.
  const lowest = all.reduce((a, b) => (b < a ? b : a), highest);
  const base = lowest - (highest - lowest) / 2n - 1n;
  return Number(((seqno - base) * 1000n) / (highest - base)) / 1000;
}

function known({ seqno }: Node): bigint | null {
  if (seqno === null) return null;
  const value = BigInt(seqno);
  return value < 0n ? null : value;
}

/** "11 713" */
export function seqnoText(seqno: string | null): string {
  if (seqno === null || seqno.startsWith('-')) return 'not known';
  return seqno.replaceAll(/\B(?=(\d{3})+$)/g, '\u2009');
}

const words: Readonly<Record<string, { word: string; level: MarkLevel }>> = {
  down: { word: 'down', level: 'off' },
  serving: { word: 'runs', level: 'normal' },
  waiting: { word: 'waits for others', level: 'caution' },
  silent: { word: 'silent', level: 'serious' },
  unknown: { word: 'not known', level: 'serious' },
};

/** Alive or not, in a word with its mark. */
export function aliveWord(alive: string): { word: string; level: MarkLevel } {
  return words[alive] ?? { word: alive, level: 'off' };
}

/** Where the position was read, in words. */
export const sourceText: Readonly<Record<NonNullable<Node['source']>, string>> = {
  grastate: 'from grastate.dat, written by a clean stop',
  recover: 'from InnoDB, by mariadbd --wsrep-recover',
  status: 'as the running node says',
};
