import type { GtidList } from '../mariadb/gtid.ts';
import type { Session } from '../mariadb/session.ts';
import type { Row } from '../mariadb/connection.ts';
import type { Statement } from '../mariadb/statement.ts';
import type { Act } from '../operations/step.ts';
import type { TakeoverAgent } from './agent.ts';
import type { Before } from './before.ts';
import type { EventMemory } from './event-memory.ts';
import type { FreshLook } from './fresh-look.ts';
import { Links, type Connect } from './links.ts';
import type { Sweep } from './sweep.ts';
import type { SetAside } from './rejoin/set-aside.ts';
import type { HookProcess, HookRunner } from './hooks/hook-runner.ts';
import type { Task } from './task.ts';

/** What the steps are given from outside. */
export interface StepParts {
  /** Opens a connection with the operating account. */
  readonly connect: Connect;
  /** Tries a connection with the observing account: is this server alive? */
  readonly probe: Connect;
  /** Whose sessions are not ended: accounts of Baton that only read. */
  readonly spareUsers: ReadonlySet<string>;
  readonly replication: { readonly user: string; readonly password: string } | null;
  /** Accounts for sources outside of the cluster, by the connection's name. */
  readonly sources: ReadonlyMap<string, { readonly user: string; readonly password: string }>;
  readonly agent: (server: string) => TakeoverAgent | null;
  readonly events: EventMemory;
  readonly hooks: HookRunner;
  readonly now: () => number;
}

/** What the steps of one takeover share. What an undo or a resume needs of it is in the journal as well. */
export interface TakeoverContext {
  readonly task: Task;
  readonly parts: StepParts;
  readonly links: Links;
  /** What the click has just looked at; null where its steps look for themselves. */
  look: FreshLook | null;
  /** Connections of this operation by server, those of an interrupted run included. */
  connections: Record<string, number[]>;
  /** Values before the first change; null until they are read. */
  before: Before | null;
  /** What the old primary's agent had written for its next start, before a fence; undefined until it said so. */
  persistedBefore: boolean | null | undefined;
  /** Replicas that were writable and were made read-only. */
  madeReadOnly: string[];
  /** Where the target stood at its last look before writes were stopped. */
  targetWas: GtidList;
  /** The position that the target must reach. */
  seal: GtidList | null;
  /** When the first statement that stops writes was sent: on the clock that never jumps, and on the wall. */
  stoppedAt: { readonly monotonic: number; readonly wall: number } | null;
  /** How long writes were stopped, once they flow again. */
  outageMs: number | null;
  /** Another console began it, and what that one sent last nobody knows. */
  takenUp: boolean;
  /** Writes are allowed on the target. */
  opened: boolean;
  /** Somebody else has promoted the target: nothing may be undone over that. */
  overtaken: boolean;
  /** Servers that did not answer where they had to: what is said of the end depends on it. */
  readonly away: Set<string>;
  /** "1 transaction of its own, above … up to …": what the old primary has and the target never will; null for none. */
  ownOfOld: string | null;
  sweep: Sweep | null;
  /** Of a reseed: what only the server had, once that is kept. */
  setAside: SetAside | null;
  /** Of a reseed: its agent may have begun to exchange the data. */
  swapAsked: boolean;
  /** Of a reseed: where the former data are kept, once they are, with their size. */
  kept: { readonly directory: string; readonly bytes: number | null } | null;
  /** How often each hook was begun, by name. */
  readonly hookAttempts: Record<string, number>;
  /** What an interrupted run had started of each hook, by name. */
  readonly hookProcesses: Record<string, HookProcess>;
}

/** `links` may have connections already. */
export function newContext(task: Task, parts: StepParts, links = new Links(parts.connect)): TakeoverContext {
  return {
    task,
    parts,
    links,
    look: null,
    connections: {},
    before: null,
    persistedBefore: undefined,
    madeReadOnly: [],
    targetWas: [],
    seal: null,
    stoppedAt: null,
    outageMs: null,
    takenUp: false,
    opened: false,
    overtaken: false,
    away: new Set(),
    ownOfOld: null,
    sweep: null,
    setAside: null,
    swapAsked: false,
    kept: null,
    hookAttempts: task.again ? { [task.again.hook]: task.again.attempts } : {},
    hookProcesses: {},
  };
}

/** Statements take milliseconds; one that takes longer than this is waiting for something. */
const STATEMENT_MS = 5_000;

/** Shows the statement and runs it, within the step's deadline. Rejects with SqlError. */
export async function perform(
  act: Act,
  session: Session,
  statement: Statement,
  timeoutMs = STATEMENT_MS,
): Promise<Row[]> {
  act.statement(`${statement.shown}  -- ${session.server}`);
  return await session.run(statement, Math.min(timeoutMs, act.deadline.remainingMs()));
}

/** Runs a look that changes nothing and is not shown. */
export async function look(act: Act, session: Session, statement: Statement, timeoutMs = STATEMENT_MS): Promise<Row[]> {
  return await session.run(statement, Math.min(timeoutMs, act.deadline.remainingMs()));
}

/** The old primary of a takeover that has one. Throws where there is none: a bug. */
export function oldPrimaryOf(context: TakeoverContext): string {
  if (context.task.oldPrimary === null) throw new Error('this takeover has no old primary');
  return context.task.oldPrimary;
}

/** Baton's own sessions on a server, which are never ended as clients: those of this operation, and accounts that only read. */
export function ourSessions(
  { connections, links, parts }: TakeoverContext,
  server: string,
): { readonly ids: ReadonlySet<number>; readonly users: ReadonlySet<string> } {
  const ids = [...(connections[server] ?? []), ...(links.ids()[server] ?? [])];
  return { ids: new Set(ids), users: parts.spareUsers };
}
