import type { TakeoverKind } from '../../server/contract/takeover.ts';

/** Three kinds, told apart by verb, icon and text; the words are the same in every place. */
export const takeoverWords: Record<
  TakeoverKind,
  { noun: string; button(server: string): string; title(server: string): string; why: string; icon: TakeoverKind }
> = {
  switchover: {
    noun: 'Switchover',
    button: (server) => `Promote ${server}`,
    title: (server) => `Promote ${server}`,
    why: 'the old primary is healthy',
    icon: 'switchover',
  },
  failover: {
    noun: 'Failover',
    button: (server) => `Fail over to ${server}`,
    title: (server) => `Fail over to ${server}`,
    why: 'the old primary is gone',
    icon: 'failover',
  },
  detach: {
    noun: 'Detach',
    button: (server) => `Detach ${server}`,
    title: (server) => `Detach ${server}`,
    why: 'it becomes independent, the old primary goes on',
    icon: 'detach',
  },
};
