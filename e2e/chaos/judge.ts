import { maySecondWrite, primaryBy, saysReadOnly, speaksOf, succeeded, type Facts } from './facts.ts';
import { judgePage } from './judge-page.ts';
import { ORIGIN, type ServerName } from './round.ts';

/** What must hold and does not, in sentences; [] is the promise. */
export function judge(facts: Facts): string[] {
  return [
    ...outcome(facts),
    ...hands(facts),
    ...writes(facts),
    ...writable(facts),
    ...following(facts),
    ...judgePage(facts),
  ];
}

function outcome({ view, end, flowing }: Facts): string[] {
  if (view === null) return flowing ? [] : ['no operation was begun, and nobody takes writes'];
  const broken: string[] = [];
  if (end.views.filter((one) => succeeded(one)).length > 1) broken.push('two clicks at once succeeded both');
  if (view.outcome === null) broken.push('the operation has no outcome');
  if (view.outcome === 'unknown') broken.push(`the outcome is unknown: ${view.summary}`);
  if (view.outcome === 'failed-needs-hands' && view.followUps.length === 0)
    broken.push('hands are needed, and nothing says for what');
  if (view.outcome === 'succeeded' && view.followUps.length > 0) broken.push('succeeded, with follow-ups');
  if (view.steps.some(({ state }) => state === 'running' || state === 'pending'))
    broken.push('a step of an ended operation is still running or pending');
  if (view.outcome?.endsWith('restored') && view.pointOfNoReturnPassed)
    broken.push(`the outcome is ${view.outcome}, and the point of no return is passed`);
  const unknown = view.steps.find(({ state }) => state === 'unknown');
  if (succeeded(view) && unknown) broken.push(`it succeeded, and its step ${unknown.name} is unknown`);
  if (end.takenUp.includes(view.id) && view.interruptions.length === 0)
    broken.push('the operation was taken up, and its page does not say so');
  if (!flowing && view.outcome !== 'failed-needs-hands' && !saysReadOnly(view))
    broken.push(`nobody takes writes, and the outcome is ${view.outcome}`);
  return broken;
}

/** Hands are asked for only where a fault has kept Baton from a server that the takeover stands on. */
function hands({ round, view, inflicted }: Facts): string[] {
  if (view?.outcome !== 'failed-needs-hands') return [];
  const [, ...others] = round.kind === 'failover' ? [ORIGIN, round.target] : ['', ORIGIN, round.target];
  const justified = inflicted.some(
    (fault) =>
      'server' in fault &&
      others.includes(fault.server) &&
      ['kill', 'freeze', 'link', 'full-connections', 'read-lock', 'table-lock', 'long-transaction'].includes(
        fault.kind,
      ),
  );
  return justified ? [] : [`hands are needed, and no fault explains it: ${view.summary}`];
}

const some = (uids: readonly string[]): string => uids.slice(0, 3).join(' ');

function writes(facts: Facts): string[] {
  const { round, view, missing, missingEverywhere, received, servers } = facts;
  const broken: string[] = [];
  if (missingEverywhere.length > 0)
    broken.push(`${missingEverywhere.length} acknowledged writes are nowhere: ${some(missingEverywhere)}`);
  if (missing.length > 0 && round.kind !== 'detach' && !maySecondWrite(facts))
    broken.push(`${missing.length} acknowledged writes are not on ${primaryBy(round, view)}: ${some(missing)}`);
  if (received && received.kept < received.most)
    broken.push(`a replica had received up to ${received.most}, the new primary has up to ${received.kept}`);
  const own = servers.find(({ name }) => name === ORIGIN)?.own ?? 0;
  if (facts.recognised !== null && missing.length > own)
    broken.push(`${missing.length} acknowledged writes are missing, and ${ORIGIN} has ${own} of its own`);
  return broken;
}

function writable(facts: Facts): string[] {
  const { round, view, servers, overlaps } = facts;
  const broken: string[] = [];
  if (overlaps.length > 0 && !maySecondWrite(facts)) {
    const [first] = overlaps;
    broken.push(
      `two servers took writes at once: ${first?.servers.join(' and ')}, ${Math.round((first?.to ?? 0) - (first?.from ?? 0))} ms`,
    );
  }
  const open = servers.filter(({ readOnly }) => !readOnly).map(({ name }) => name);
  const primary = primaryBy(round, view);
  const wanted = round.kind === 'detach' && succeeded(view) ? [ORIGIN, round.target] : [primary];
  const needsHands = view?.outcome === 'failed-needs-hands' || (view !== null && saysReadOnly(view));
  for (const name of wanted)
    if (!open.includes(name) && !needsHands)
      broken.push(`${name} should take writes (${view?.outcome ?? 'nothing was begun'}) and does not`);
  // What an operator accepts is a second writer until it is recognised, not for ever.
  const mayStay = maySecondWrite(facts) && facts.recognised !== true;
  for (const name of open)
    if (!wanted.includes(name) && !mayStay && !needsHands)
      broken.push(`${name} takes writes and should not (${view?.outcome ?? 'nothing was begun'})`);
  return broken;
}

function following(facts: Facts): string[] {
  const { round, view, servers, inflicted, look } = facts;
  // As they stand now: a report grows when an old primary comes back.
  const report = look.operations.find(({ id }) => id === view?.id) ?? view;
  // A rejoin comes after a failover, which speaks for all but the server that is rejoined.
  const before = round.kind === 'rejoin' ? look.operations.find(({ kind }) => kind === 'failover') : undefined;
  // Whoever follows whom is for the hands that are asked for.
  if (view?.outcome === 'failed-needs-hands') return [];
  const primary = primaryBy(round, view);
  const delayed = (name: ServerName): boolean =>
    inflicted.some((fault) => fault.kind === 'delay-replica' && fault.server === name);
  return servers.flatMap(({ name, follows: follower, caughtUp, words }) => {
    if (name === primary) return follower === null ? [] : [`${name} is the primary and follows ${follower}`];
    if (round.kind === 'detach' && succeeded(view) && name === round.target)
      return follower === null ? [] : [`${name} was detached and follows ${follower}`];
    if (follower === primary && (caughtUp || delayed(name))) return [];
    // Nothing was promised of it, where it was not the takeover that changed anything; the pages show it (judge-page).
    const spoiled = inflicted.some(
      (fault) => (fault.kind === 'break-replica' || fault.kind === 'errant') && fault.server === name,
    );
    if (spoiled && follower === primary) return [];
    if (name === ORIGIN && round.kind === 'rejoin' && !succeeded(view)) return [];
    const said = [report, ...(name === ORIGIN ? [] : [before])].filter((one) => one !== null && one !== undefined);
    if (said.some((one) => speaksOf(one, name, '') || one.steps.some(({ error }) => error?.includes(name)))) return [];
    return [`${name} does not follow ${primary}, and nothing says so: ${words}`];
  });
}
