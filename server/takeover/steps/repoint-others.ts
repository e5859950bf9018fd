import { changePrimary } from '../../mariadb/change-primary.ts';
import { startReplication } from '../../mariadb/promote.ts';
import { done, failed, skipped, type Act, type Step, type StepEnd } from '../../operations/step.ts';
import { perform, type TakeoverContext } from '../context.ts';
import { awaitFollowing, followingStatus } from '../following.ts';
import { handsOf } from '../hands.ts';
import { newPrimaryFor } from '../new-primary.ts';
import { settleSemiSync } from '../settle-semi-sync.ts';
import { stopWatched } from '../stop-watched.ts';

/** The other replicas follow the new primary: at once, each bounded; one that can't is a follow-up and no failure. */
export function repointOthers(servers: readonly string[]): Step<TakeoverContext> {
  return {
    id: 're-point-others',
    name: 're-point others',
    server: servers.join(', '),
    deadlineMs: 40_000,
    async run(context, act) {
      for (const server of context.task.unreachable) {
        for (const left of handsOf.follow(context, server, context.task.target)) act.followUp(left);
      }
      const away =
        context.task.unreachable.length > 0 ? `; ${context.task.unreachable.join(', ')} can't be reached` : '';
      const ends = await Promise.all(servers.map((server) => repoint(context, act, server)));
      // Before the services, which may take minutes.
      await settleSemiSync(context, act);
      if (servers.length === 0) return skipped(`there is no other replica${away}`);
      const bad = ends.flatMap((end, index) =>
        end.kind === 'failed' ? [{ server: servers[index] ?? '', error: end.error }] : [],
      );
      for (const { server, error } of bad)
        for (const left of handsOf.refollow(context, server, error)) act.followUp(left);
      if (bad.length === 0)
        return done(`${servers.join(', ')} follow${servers.length === 1 ? 's' : ''} ${context.task.target}${away}`);
      return failed(bad.map(({ server, error }) => `${server}: ${error}`).join('; '));
    },
  };
}

async function repoint(context: TakeoverContext, act: Act, server: string): Promise<StepEnd> {
  try {
    const session =
      context.links.find(server, 'lock') ??
      (await context.links.open(server, 'lock', Math.min(3_000, act.deadline.remainingMs())));
    if ((await followingStatus(context, act, session, server)).kind === 'following') return done();
    const to = newPrimaryFor(context, server, context.task.target, false);
    await stopWatched(context, act, session, to.connection);
    await perform(act, session, changePrimary(to));
    await perform(act, session, startReplication(to.connection));
    return await awaitFollowing(context, act, server);
  } catch (error) {
    return failed(error instanceof Error ? error.message : String(error));
  }
}
