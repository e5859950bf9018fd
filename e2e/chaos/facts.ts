import type { Operation } from '../../server/contract/operation.ts';
import type { Overlap } from '../../server/sandbox/writable-intervals.ts';
import type { Look } from './console-messages.ts';
import type { ErrandEnd } from './errand.ts';
import { ORIGIN, type Fault, type Round, type ServerName } from './round.ts';

/** What a server says when the round is over and every fault is released. */
export interface ServerAfter {
  readonly name: ServerName;
  readonly readOnly: boolean;
  /** Whom it replicates from; null: nobody. */
  readonly follows: string | null;
  /** Both threads run, and it has applied what that primary had. */
  readonly caughtUp: boolean;
  /** How many orders it has that the primary has not. */
  readonly own: number;
  readonly words: string;
}

/** All that a round has left behind. */
export interface Facts {
  readonly round: Round;
  /** The faults that came to pass, in their order. */
  readonly inflicted: readonly Fault[];
  /** The last view of the operation that counts; null where none was begun. */
  readonly view: Operation | null;
  /** Of all clicks. */
  readonly end: ErrandEnd;
  /** What the pages show, after the servers have been asked. */
  readonly look: Look;
  /** Whether the report of the failover says that the old primary is back; null where there was no failover. */
  readonly recognised: boolean | null;
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

export const succeeded = (view: Operation | null): boolean => view?.outcome?.startsWith('succeeded') === true;

/** How far it has got. */
const rank = (view: Operation): number =>
  succeeded(view) ? 3 : view.outcome === 'failed-needs-hands' ? 2 : view.outcome === 'refused' ? 0 : 1;

/** Of several operations the one that says how things stand: who has got furthest. */
export function mainView(views: readonly Operation[]): Operation | null {
  return views.toSorted((a, b) => rank(b) - rank(a))[0] ?? null;
}

/** The server that should take writes, by what the operation says of itself. */
export function primaryBy(round: Round, view: Operation | null): ServerName {
  if (round.kind === 'rejoin') return round.target;
  if (round.kind === 'detach') return ORIGIN;
  return succeeded(view) || (view?.outcome === 'failed-needs-hands' && view.pointOfNoReturnPassed)
    ? round.target
    : ORIGIN;
}

/** A second writer that somebody has accepted, or was told of. */
export function maySecondWrite({ round, view, inflicted }: Pick<Facts, 'round' | 'view' | 'inflicted'>): boolean {
  if (round.kind === 'detach' || round.kind === 'rejoin') return true;
  if (round.kind === 'failover') return round.accept.includes('unfenced') || toldUnfenced(round, inflicted);
  // Its configuration says that it is a primary: a restart makes it one, and a follow-up has said so.
  const restarted = inflicted.some((fault) => fault.kind === 'kill' && fault.server === ORIGIN);
  if (!restarted || view === null) return false;
  // With an agent that is so for the moment until it is written there; verify has found it and says so.
  return (!round.agents && speaksOf(view, ORIGIN, 'read_only=1')) || speaksOf(view, ORIGIN, 'took writes again');
}

/**
 * The review has said that nothing keeps the old primary read-only when it comes back, and was confirmed: nothing listened
 * on its port, as far as anybody could tell, and no agent could be asked.
 */
function toldUnfenced(round: Round, inflicted: readonly Fault[]): boolean {
  const refused = inflicted.some((fault) => fault.kind === 'link' && fault.server === ORIGIN && fault.how === 'cut');
  const agentAway = inflicted.some(
    (fault) =>
      'server' in fault &&
      fault.server === ORIGIN &&
      (fault.kind === 'agent' || (fault.kind === 'link' && fault.to === 'agent')),
  );
  return !round.agents || refused || agentAway;
}

/** Whether a follow-up speaks of the server, and of that. */
export function speaksOf(view: Operation, server: string, words: string): boolean {
  return view.followUps.some(({ text, command }) => {
    const all = `${text} ${command ?? ''}`;
    return all.includes(server) && all.includes(words);
  });
}

/** Whether a follow-up has the statement that lets a server write. */
export function saysReadOnly(view: Operation): boolean {
  return view.followUps.some(({ command }) => command?.includes('read_only=0') === true);
}
