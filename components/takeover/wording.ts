import type { ServerState } from '../../server/contract/snapshot.ts';
import type { TakeoverKind } from '../../server/contract/takeover.ts';

/** Three kinds, told apart by verb, mark and text; the words are the same in every place. */
export const takeoverWords: Record<
  TakeoverKind,
  { noun: string; button(server: string): string; title(server: string): string; when: string }
> = {
  switchover: {
    noun: 'Switchover',
    button: (server) => `Promote ${server}`,
    title: (server) => `Promote ${server}`,
    when: 'planned, with a healthy old primary',
  },
  failover: {
    noun: 'Failover',
    button: (server) => `Fail over to ${server}`,
    title: (server) => `Fail over to ${server}`,
    when: 'when the old primary is gone',
  },
  detach: {
    noun: 'Detach',
    button: (server) => `Detach ${server}`,
    title: (server) => `Detach ${server}`,
    when: 'it becomes independent, the old primary goes on',
  },
};

/** Why it is this kind, from what is known of the old primary: an operator may choose against what is seen. */
export function kindReason(kind: TakeoverKind, oldPrimary: { name: string; state: ServerState } | null): string {
  if (kind === 'detach') return 'it becomes independent, the old primary goes on';
  if (oldPrimary === null) return 'there is no primary now';
  if (oldPrimary.state === 'stale') return `what is known of ${oldPrimary.name} is old`;
  const gone = oldPrimary.state === 'unreachable';
  if (kind === 'failover') return gone ? 'the old primary is gone' : `though ${oldPrimary.name} answers`;
  return gone ? `though ${oldPrimary.name} does not answer` : 'the old primary is healthy';
}
