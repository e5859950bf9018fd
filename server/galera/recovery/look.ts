import type { Decision, GaleraView } from '../../contract/galera.ts';
import { decide } from '../decide/decide.ts';
import { gather, type Gathered } from './gather.ts';
import type { RecoveryParts } from './parts.ts';
import type { PositionRecords } from './records.ts';

/** Whoever reviews waits for the answer: what takes longer goes on, and is met by who asks again. */
const POSITION_MS = 20_000;

/** What a look found, and what follows from it. */
export interface Looked extends Gathered {
  readonly decision: Decision;
  readonly floor: GaleraView['floor'];
}

/** Looks at all nodes now; with `positions`, where those that are down have stopped is read. Rejects as the store does. */
export type Look = (positions: boolean) => Promise<Looked>;

export function lookOf(parts: Pick<RecoveryParts, 'cluster' | 'agent' | 'now'>, records: PositionRecords): Look {
  const { members } = parts.cluster;
  return async (positions) => {
    const [gathered, floor, lastSeen] = await Promise.all([
      gather(parts, positions ? POSITION_MS : null),
      records.floor(),
      records.lastSeen(),
    ]);
    const { reports } = gathered;
    return { ...gathered, floor, decision: decide({ members, reports, now: parts.now(), floor, lastSeen }) };
  };
}
