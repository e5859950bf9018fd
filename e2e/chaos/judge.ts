import type { Operation } from '../../server/contract/operation.ts';
import type { Overlap } from '../../server/sandbox/writable-intervals.ts';
import type { Fault, Round, ServerName } from './round.ts';

/** What a server says when the round is over and every fault is released. */
export interface ServerAfter {
  readonly name: ServerName;
  readonly readOnly: boolean;
  /** Whom it replicates from; null: nobody. */
  readonly follows: string | null;
  /** Both threads run, and it has applied what that primary had. */
  readonly caughtUp: boolean;
  readonly words: string;
}

/** All that a round has left behind. */
export interface Facts {
  readonly round: Round;
  /** The faults that came to pass, in their order. */
  readonly inflicted: readonly Fault[];
  /** The last view of the operation; null where none was begun. */
  readonly view: Operation | null;
  readonly overlaps: readonly Overlap[];
  readonly servers: readonly ServerAfter[];
  /** Acknowledged writes that the server which should be the primary does not have. */
  readonly missing: readonly string[];
  /** Of those: the ones that no server has at all. */
  readonly missingEverywhere: readonly string[];
  /** Of a failover: the most that a replica had received, and what the new primary has of it. */
  readonly received: { readonly most: number; readonly kept: number } | null;
  /** Whether the application could write at the end. */
  readonly flowing: boolean;
}

const ORIGIN: ServerName = 'db-1';

export const succeeded = (view: Operation | null): boolean => view?.outcome?.startsWith('succeeded') === true;

/** The server that should take writes, by what the operation says of itself. */
export function primaryBy(round: Round, view: Operation | null): ServerName {
  if (round.kind === 'detach') return ORIGIN;
  return succeeded(view) || (view?.outcome === 'failed-needs-hands' && view.pointOfNoReturnPassed)
    ? round.target
    : ORIGIN;
}

/** What must hold and does not, in sentences; [] is the promise. */
export function judge(facts: Facts): string[] {
  return [...outcome(facts), ...writes(facts), ...writable(facts), ...following(facts)];
}

function outcome({ view, flowing }: Facts): string[] {
  if (view === null) return flowing ? [] : ['no operation was begun, and nobody takes writes'];
  const broken: string[] = [];
  if (view.outcome === null) broken.push('the operation has no outcome');
  if (view.outcome === 'unknown') broken.push(`the outcome is unknown: ${view.summary}`);
  if (view.outcome === 'failed-needs-hands' && view.followUps.length === 0)
    broken.push('hands are needed, and nothing says for what');
  if (view.outcome === 'succeeded' && view.followUps.length > 0) broken.push('succeeded, with follow-ups');
  if (view.steps.some(({ state }) => state === 'running' || state === 'pending'))
    broken.push('a step of an ended operation is still running or pending');
  if (!flowing && view.outcome !== 'failed-needs-hands' && !saysReadOnly(view))
    broken.push(`nobody takes writes, and the outcome is ${view.outcome}`);
  return broken;
}

function writes({ round, view, missing, missingEverywhere, received, ...facts }: Facts): string[] {
  const broken: string[] = [];
  if (missingEverywhere.length > 0)
    broken.push(
      `${missingEverywhere.length} acknowledged writes are nowhere: ${missingEverywhere.slice(0, 3).join(' ')}`,
    );
  const mayDiffer = round.kind !== 'switchover' || maySecondWrite({ round, view, ...facts });
  if (missing.length > 0 && !mayDiffer)
    broken.push(
      `${missing.length} acknowledged writes are not on ${primaryBy(round, view)}: ${missing.slice(0, 3).join(' ')}`,
    );
  if (received && received.kept < received.most)
    broken.push(`a replica had received up to ${received.most}, the new primary has up to ${received.kept}`);
  return broken;
}

/** A second writer that somebody has accepted, or was told of. */
function maySecondWrite({ round, view, inflicted }: Pick<Facts, 'round' | 'view' | 'inflicted'>): boolean {
  if (round.kind === 'detach') return true;
  if (round.kind === 'failover') return round.accept.includes('unfenced');
  // Its configuration says that it is a primary: a restart makes it one, and a follow-up has said so.
  const restarted = inflicted.some((fault) => fault.kind === 'kill' && fault.server === ORIGIN);
  return restarted && !round.agents && view !== null && follows(view, ORIGIN, 'read_only=1');
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
  for (const name of open)
    if (!wanted.includes(name) && !maySecondWrite(facts) && !needsHands)
      broken.push(`${name} takes writes and should not (${view?.outcome ?? 'nothing was begun'})`);
  return broken;
}

function following(facts: Facts): string[] {
  const { round, view, servers, inflicted } = facts;
  // Whoever follows whom is for the hands that are asked for.
  if (view?.outcome === 'failed-needs-hands') return [];
  const primary = primaryBy(round, view);
  const own = (name: ServerName): boolean =>
    inflicted.some((fault) => fault.kind === 'break-replica' && fault.server === name) ||
    // What a SUPER writes into a replica, and what a second primary took, is in the way of its replication ever after.
    (name === ORIGIN && (maySecondWrite(facts) || inflicted.some(({ kind }) => kind === 'super-writer'))) ||
    (round.kind === 'failover' && name === ORIGIN);
  return servers.flatMap(({ name, follows: follower, caughtUp, words }) => {
    if (name === primary) return follower === null ? [] : [`${name} is the primary and follows ${follower}`];
    if (round.kind === 'detach' && succeeded(view) && name === round.target)
      return follower === null ? [] : [`${name} was detached and follows ${follower}`];
    if ((follower === primary && caughtUp) || own(name)) return [];
    if (view !== null && (follows(view, name, '') || view.steps.some(({ error }) => error?.includes(name)))) return [];
    if (follower === primary && inflicted.some((fault) => fault.kind === 'delay-replica' && fault.server === name))
      return [];
    return [`${name} does not follow ${primary}, and nothing says so: ${words}`];
  });
}

/** Whether a follow-up speaks of the server, and of that. */
function follows(view: Operation, server: string, words: string): boolean {
  return view.followUps.some(({ text, command }) => {
    const all = `${text} ${command ?? ''}`;
    return all.includes(server) && all.includes(words);
  });
}

function saysReadOnly(view: Operation): boolean {
  return view.followUps.some(({ text }) => text.includes('read_only=0'));
}
