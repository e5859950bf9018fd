import type { FollowUp } from '../contract/operation.ts';
import { changePrimary } from '../mariadb/change-primary.ts';
import { allowWrites, setEventScheduler } from '../mariadb/freeze.ts';
import { killSessions } from '../mariadb/sessions.ts';
import { startReplication } from '../mariadb/promote.ts';
import type { Act } from '../operations/step.ts';
import type { TakeoverContext } from './context.ts';
import type { TaskHook } from './hooks/task-hook.ts';
import { newPrimaryFor } from './new-primary.ts';
import type { SetAside } from './rejoin/set-aside.ts';
import { serverOf } from './task.ts';

/** What is left to do, with the statement that does it. */
const left = (text: string, command: string | null = null): FollowUp => ({
  text,
  method: null,
  path: null,
  body: null,
  command,
});

const serverPath = (cluster: string, server: string): string =>
  `/api/v1/clusters/${encodeURIComponent(cluster)}/servers/${encodeURIComponent(server)}`;

/** The same request on a command line. */
const curl = (path: string): string =>
  `curl -X POST -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" -d "{}" "$BATON_URL${path}"`;

export const handsOf = {
  note: left,

  /** The server can be made a replica of the primary again, by one request. */
  rejoin(cluster: string, server: string, text: string): FollowUp {
    const command = `baton rejoin ${cluster}/${server}`;
    return { text, method: 'POST', path: `${serverPath(cluster, server)}/rejoin`, body: {}, command };
  },

  /** The server can be given the primary's data, its own being kept. Its name is typed on the page that reviews it. */
  setAside(cluster: string, server: string, text: string): FollowUp {
    const command = `baton rejoin ${cluster}/${server} --set-aside`;
    return { text, method: 'POST', path: `${serverPath(cluster, server)}/rejoin`, body: { setAside: true }, command };
  },

  /** What was set aside is to be looked through. */
  lookThrough(cluster: string, server: string, primary: string, { count, file }: SetAside): FollowUp {
    const path = `${serverPath(cluster, server)}/exports/${encodeURIComponent(file)}`;
    return {
      text: `Look through the ${count === 1 ? 'transaction' : `${count} transactions`} of ${server} set aside here, and carry over to ${primary} what must not be lost.`,
      method: 'GET',
      path,
      body: null,
      command: `curl -OJ -H "Authorization: Bearer $TOKEN" "$BATON_URL${path}"`,
    };
  },

  /** The server has something of its own: it is to be looked at before anything else is done to it. */
  own(cluster: string, server: string, primary: string): FollowUp[] {
    const path = `${serverPath(cluster, server)}/extra-transactions?format=sql`;
    return [
      {
        text: `Export the transactions that only ${server} has, and carry over to ${primary} what must not be lost.`,
        method: 'GET',
        path,
        body: null,
        command: `curl -OJ -H "Authorization: Bearer $TOKEN" "$BATON_URL${path}"`,
      },
      handsOf.setAside(
        cluster,
        server,
        `Then set them aside and make ${server} a replica of ${primary} again: it gets a copy of ${primary}, and all that it has is kept.`,
      ),
    ];
  },

  unfreeze(context: TakeoverContext, server: string): FollowUp[] {
    const ids = context.connections[server] ?? [];
    const kill = ids.length > 0 ? `${killSessions(ids).shown}; ` : '';
    return [left(`${server} may still refuse writes. On ${server} run:`, `${kill}${allowWrites().shown}`)];
  },

  /** It was switched off before the freeze, and its events could not be disabled as a replica's: nothing may fire meanwhile. */
  startScheduler({ before }: TakeoverContext, server: string): FollowUp[] {
    if (before?.[server]?.eventScheduler !== 'on') return [];
    const text = `The event scheduler of ${server} may still be off, from the takeover. When it is a replica again, on ${server} run:`;
    return [left(text, setEventScheduler(true).shown)];
  },

  /** A hook that did not do its work can be run again. */
  hook(context: TakeoverContext, act: Act, { name }: Pick<TaskHook, 'name'>, text: string): FollowUp {
    const id = context.task.again?.operationId ?? act.operation.id;
    const command = `baton hook run ${id} ${name}`;
    return { text, method: 'POST', path: `/api/v1/operations/${id}/hooks/${name}/run`, body: {}, command };
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
    const { cluster } = context.task;
    const { method, path, body } = handsOf.rejoin(cluster, server, '');
    return [{ ...left(`${server} does not follow ${primary}. On ${server} run:`, statements), method, path, body }];
  },

  /** As follow, after it was tried: a replica that has what the new primary lacks is not helped by the same again. */
  refollow(context: TakeoverContext, server: string, error: string): FollowUp[] {
    const { target } = context.task;
    if (!/\b(1236|1950)\b/.test(error)) {
      if (!serverOf(context.task, target).tcpOff) return handsOf.follow(context, server, target);
      const listens = `start ${target} without skip_networking, and ${server} connects by itself`;
      return [left(`${server} can't follow ${target}, which runs with TCP off: ${listens}.`)];
    }
    const text = `${server} stands apart from ${target} and can't follow it: give it a copy of ${target}, its own data being kept.`;
    return [handsOf.setAside(context.task.cluster, server, text)];
  },

  /** read_only could not be written for the server's next start; asked again, it is written as its role then demands. */
  keepReadOnly(cluster: string, server: string, text: string): FollowUp {
    const path = `${serverPath(cluster, server)}/keep-read-only`;
    return { text, method: 'POST', path, body: {}, command: curl(path) };
  },

  /** A service is to be enabled, disabled or run by the server's agent. */
  service(cluster: string, server: string, name: string, act: 'enable' | 'disable' | 'run', text: string): FollowUp {
    const path = `${serverPath(cluster, server)}/services/${encodeURIComponent(name)}/${act}`;
    return { text, method: 'POST', path, body: {}, command: `baton service ${act} ${cluster}/${server} ${name}` };
  },

  enableService(cluster: string, server: string, name: string): FollowUp {
    const text = `Service ${name} could not be enabled on ${server}: its agent did not answer.`;
    return handsOf.service(cluster, server, name, 'enable', text);
  },

  disableService(cluster: string, server: string, name: string): FollowUp {
    const text = `Service ${name} could not be disabled on ${server}: its agent did not answer.`;
    return handsOf.service(cluster, server, name, 'disable', text);
  },
};
