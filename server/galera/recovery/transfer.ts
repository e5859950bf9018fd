import { messageOf } from '../../contract/errors.ts';
import type { Transfer } from '../../contract/galera-agent.ts';
import type { NodeStatus } from '../../contract/galera-status.ts';
import { agentOf, type RecoveryContext } from './context.ts';
import type { TaskMember } from './task.ts';

/** What a node that joins is expected to take from the others. */
export type Foretold = 'ist' | 'sst' | 'unknown';

/** In words, with the name of the node before them. */
export const foretoldWords: Readonly<Record<Foretold, string>> = {
  ist: 'takes what it missed',
  sst: 'takes a full copy',
  unknown: 'takes what it missed, or a full copy',
};

/** Whether a node can take what it missed from the others' caches, or takes a full copy. */
export function foretell(member: TaskMember, donor: NodeStatus | null): Foretold {
  if (member.part !== 'join' || member.position === null) return 'sst';
  if (donor === null) return 'unknown';
  if (donor.cachedDownto === null) return 'sst';
  return BigInt(donor.cachedDownto) <= BigInt(member.position.seqno) + 1n ? 'ist' : 'sst';
}

/** What the node took, by its own words. Never rejects: it has joined, whatever is told of that. */
export async function tookBy(context: RecoveryContext, node: string): Promise<Transfer> {
  return await agentOf(context, node)
    .transfer()
    .catch((error: unknown): Transfer => ({ kind: 'not-told', reason: messageOf(error) }));
}

/** What the node took, against what was foretold, as the end of a sentence about it. */
export function tookText(foretold: Foretold, took: Transfer): string {
  if (took.kind === 'not-told')
    return `it was foretold that it ${foretoldWords[foretold]}; what it took is not told: ${took.reason}`;
  const what =
    took.kind === 'sst'
      ? `took a full copy, of ${took.seqno}`
      : `took what it missed: ${took.writeSets} write sets, ${took.first} to ${took.last}`;
  if (foretold === took.kind) return `as foretold, it ${what}`;
  return foretold === 'unknown' ? `it ${what}` : `it ${what}, and it was foretold that it ${foretoldWords[foretold]}`;
}
