import type { ServerSnapshot } from '../../server/contract/snapshot.ts';
import { primaryBy, succeeded, type Facts, type ServerAfter } from './facts.ts';

/** Where the pages differ from what the servers say, and where they are silent about something wrong. */
export function judgePage(facts: Facts): string[] {
  return [...operation(facts), ...primary(facts), ...servers(facts)];
}

/** The list of operations says what the operation's own page has said. */
function operation({ view, look }: Facts): string[] {
  if (view === null) return [];
  const listed = look.operations.find(({ id }) => id === view.id);
  // One of a rival with a store of its own is in that store.
  if (!listed) return look.operations.length > 0 || view.outcome !== 'refused' ? [] : [];
  if (listed.outcome === view.outcome) return [];
  const amended = listed.outcome === 'succeeded-with-follow-ups' && succeeded(view);
  return amended ? [] : [`the operation ended ${view.outcome}, and the list says ${listed.outcome}`];
}

function primary({ round, view, look, servers: all }: Facts): string[] {
  const { snapshot } = look;
  const wanted = primaryBy(round, view);
  const open = all.filter(({ readOnly, follows }) => !readOnly && follows === null);
  if (open.length === 0)
    return snapshot.problems.some(({ level }) => level === 'critical')
      ? []
      : ['nobody takes writes, and the page shows no critical problem'];
  if (view?.outcome === 'failed-needs-hands') return [];
  return snapshot.primary === wanted
    ? []
    : [`the page shows ${snapshot.primary ?? 'nobody'} as primary: it is ${wanted}`];
}

function servers(facts: Facts): string[] {
  return facts.servers.flatMap((server) => {
    const shown = facts.look.snapshot.servers.find(({ name }) => name === server.name);
    return shown ? differences(facts, server, shown) : [`the page does not show ${server.name}`];
  });
}

function differences(facts: Facts, server: ServerAfter, shown: ServerSnapshot): string[] {
  const { round, view, look } = facts;
  const { name } = server;
  const broken: string[] = [];
  if (shown.state !== 'up') return [`the page shows ${name} as ${shown.state} (${shown.detail ?? ''}), and it answers`];
  if (shown.readOnly !== server.readOnly)
    broken.push(`the page shows ${name} with read_only=${String(shown.readOnly)}: it is ${String(server.readOnly)}`);
  const source = shown.replication[0]?.primary ?? null;
  if (source !== server.follows)
    broken.push(`the page shows ${name} following ${source ?? 'nobody'}: it follows ${server.follows ?? 'nobody'}`);
  const leads = name === primaryBy(round, view);
  const alone = round.kind === 'detach' && succeeded(view) && name === round.target;
  if (leads && shown.role !== 'primary' && view?.outcome !== 'failed-needs-hands')
    broken.push(`the page shows the primary ${name} as ${shown.role}`);
  if (alone && shown.role !== 'standalone') broken.push(`the page shows ${name}, which was detached, as ${shown.role}`);
  // One that follows a replica gets everything by that one: the page shows whom it follows, and that is no problem.
  const between = facts.servers.find((one) => one.name === server.follows && one.follows === primaryBy(round, view));
  const follows = (server.follows === primaryBy(round, view) || between?.caughtUp === true) && server.caughtUp;
  if (
    !leads &&
    !alone &&
    !follows &&
    !look.snapshot.problems.some((problem) => problem.server === name || problem.text.includes(name))
  )
    broken.push(`${name} does not follow, and the page shows no problem of it: ${server.words}`);
  return broken;
}
