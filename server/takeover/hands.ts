import type { FollowUp } from '../contract/operation.ts';
import { changePrimary } from '../mariadb/change-primary.ts';
import { allowWrites } from '../mariadb/freeze.ts';
import { killSessions } from '../mariadb/sessions.ts';
import { startReplication } from '../mariadb/promote.ts';
import type { TakeoverContext } from './context.ts';
import { newPrimaryFor } from './new-primary.ts';

/** What is left to do, with the statement that does it. */
const left = (text: string, command: string | null = null): FollowUp => ({
  text,
  method: null,
  path: null,
  body: null,
  command,
});

export const handsOf = {
  note: left,

  unfreeze(context: TakeoverContext, server: string): FollowUp[] {
    const ids = context.connections[server] ?? [];
    const kill = ids.length > 0 ? `${killSessions(ids).shown}; ` : '';
    return [left(`${server} may still refuse writes. On ${server} run:`, `${kill}${allowWrites().shown}`)];
  },

  /** Nobody takes writes, or soon nobody will: who is to be promoted instead, as a failover. */
  failOver(context: TakeoverContext, dead: string): FollowUp[] {
    const { cluster, servers, oldPrimary, target } = context.task;
    const next = dead === target ? servers.find(({ name }) => name !== dead && name !== oldPrimary)?.name : target;
    const instead = next ?? oldPrimary;
    if (instead === null) return [];
    return [
      left(
        `${dead} does not answer. If it does not come back at once, promote ${instead}: that is a failover.`,
        `baton promote ${cluster}/${instead} --failover`,
      ),
    ];
  },

  open(context: TakeoverContext, server: string): FollowUp[] {
    const { oldPrimary } = context.task;
    const back = oldPrimary
      ? ` Only if ${server} is gone for good and took no write, open ${oldPrimary} in its place.`
      : '';
    return [left(`It is not known whether ${server} takes writes. On ${server} run:${back}`, allowWrites().shown)];
  },

  follow(context: TakeoverContext, server: string, primary: string | null): FollowUp[] {
    if (primary === null || !context.parts.replication) return [];
    const to = newPrimaryFor(context, server, primary, server === context.task.oldPrimary);
    const statements = `${changePrimary(to).shown}; ${startReplication(to.connection).shown}`;
    return [left(`${server} does not follow ${primary}. On ${server} run:`, statements)];
  },

  /** As follow, after it was tried: a replica that has what the new primary lacks is not helped by the same again. */
  refollow(context: TakeoverContext, server: string, error: string): FollowUp[] {
    const { target } = context.task;
    if (!/\b(1236|1950)\b/.test(error)) return handsOf.follow(context, server, target);
    return [left(`${server} stands apart from ${target} and can't follow it: build it anew from ${target}.`)];
  },

  enableService(server: string, name: string): FollowUp {
    return left(`Service ${name} could not be enabled on ${server}: its agent did not answer.`);
  },

  disableService(server: string, name: string): FollowUp {
    return left(`Service ${name} could not be disabled on ${server}: its agent did not answer.`);
  },
};
