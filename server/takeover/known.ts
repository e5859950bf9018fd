import type { Program } from '../operations/program.ts';
import { seenBefore } from './before.ts';
import type { TakeoverContext } from './context.ts';
import type { FreshLook } from './fresh-look.ts';
import { failoverReplicas } from './task.ts';

/** Of a failover: what its click has seen, and what the old primary's agent said, are the values before the first change. */
export function knowBefore(context: TakeoverContext, look: FreshLook, persisted: boolean | null | undefined): void {
  context.look = look;
  context.persistedBefore = persisted;
  const seen = failoverReplicas(context.task).map((name) => [name, look.of(name)] as const);
  const values = seen.flatMap(([name, one]) => (one ? [[name, seenBefore(one)] as const] : []));
  if (values.length === seen.length) context.before = Object.fromEntries(values);
}

/**
 * What is durable with the operation itself; with the values that an undo needs, and under all of its locks, the intent of its first
 * change as well: without them others may be at work, and whoever takes it up must not undo what they have done.
 */
export function knownOf({
  task,
  links,
  connections,
  before,
  persistedBefore,
}: TakeoverContext): Required<Pick<Program<TakeoverContext>, 'known' | 'announced' | 'urgent'>> {
  return {
    known: [
      { step: 'lock', name: 'connections', value: connections },
      ...(before === null ? [] : [{ step: 'record', name: 'before', value: before }]),
      ...(persistedBefore === undefined
        ? []
        : [{ step: 'record', name: 'persisted-read-only', value: persistedBefore }]),
    ],
    announced: before !== null && failoverReplicas(task).every((server) => links.holds(server)),
    urgent: task.kind === 'failover',
  };
}
