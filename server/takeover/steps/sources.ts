import { setTimeout as delay } from 'node:timers/promises';
import { changePrimary, setFilter, type NewPrimary } from '../../mariadb/change-primary.ts';
import { readReplication, startReplication } from '../../mariadb/promote.ts';
import { replicaStatus, type ReplicaStatus } from '../../mariadb/replica-status.ts';
import type { Session } from '../../mariadb/session.ts';
import { SqlError } from '../../mariadb/sql-error.ts';
import { done, failed, type Act, type Step } from '../../operations/step.ts';
import { look, perform, type TakeoverContext } from '../context.ts';
import { handsOf } from '../hands.ts';
import { sourceText } from '../moving-sources.ts';
import type { TaskSource } from '../task.ts';

const PATIENCE_MS = 6_000;
const PAUSE_MS = 20;
/** Filters that CHANGE MASTER states; the others are variables of the connection. */
const STATED = ['Replicate_Do_Domain_Ids', 'Replicate_Ignore_Domain_Ids', 'Replicate_Ignore_Server_Ids'];

/**
 * The old primary's sources outside of the cluster go on at the new one, from the position that it has applied, with their
 * filters and delay. One that can't is a follow-up: writes flow already.
 */
export function sources(target: string): Step<TakeoverContext> {
  return {
    id: 'sources',
    name: 'move sources',
    server: target,
    deadlineMs: 30_000,
    async run(context, act) {
      const bad: string[] = [];
      for (const source of context.task.sources) {
        const why = source.moves ? await move(context, act, target, source) : 'it was accepted that it is left behind';
        if (why === null) continue;
        const old = context.task.oldPrimary ?? 'the old primary';
        const text = `The source ${textOf(source)} of ${old} does not run on ${target}: ${why}`;
        act.followUp(handsOf.note(text, statementsFor(context, source)));
        if (source.moves) bad.push(`${textOf(source)}: ${why}`);
      }
      const moved = context.task.sources.filter(({ moves }) => moves).map(textOf);
      return bad.length === 0 ? done(`${moved.join(', ') || 'none'} moved to ${target}`) : failed(bad.join('; '));
    },
  };
}

const textOf = ({ name, host, port }: TaskSource): string => sourceText({ connection: name, host, port });

/** Why it does not replicate on the new primary; null: it does. */
async function move(context: TakeoverContext, act: Act, target: string, source: TaskSource): Promise<string | null> {
  try {
    const session = context.links.find(target, 'side') ?? (await context.links.open(target, 'side', 2_000));
    const status = await statusOf(act, session, source);
    const there = status?.host === source.host && status.port === source.port;
    if (!there) {
      await perform(act, session, changePrimary(sourceAt(context, source)));
      for (const { column, value } of source.filters.filter((one) => !STATED.includes(one.column))) {
        await perform(act, session, setFilter(source.name, column, value));
      }
    }
    if (!source.running) return null;
    if (status?.ioThread !== 'running' || !there) await perform(act, session, startReplication(source.name));
    return await untilRunning(act, session, source);
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return error.message;
  }
}

async function untilRunning(act: Act, session: Session, source: TaskSource): Promise<string | null> {
  const deadline = act.deadline.within(PATIENCE_MS);
  for (;;) {
    const status = await statusOf(act, session, source);
    if (status?.ioThread === 'running' && status.sqlThread === 'running') return null;
    const error = status?.ioError ?? status?.sqlError;
    if (deadline.remainingMs() === 0) {
      return error ? `${error.number}: ${error.text}` : `its IO thread is ${status?.ioThread ?? 'gone'}`;
    }
    act.waitsFor(`${textOf(source)} to replicate${error ? ` (${error.number}: ${error.text})` : ''}`);
    await delay(PAUSE_MS);
  }
}

async function statusOf(act: Act, session: Session, { name }: TaskSource): Promise<ReplicaStatus | undefined> {
  return (await look(act, session, readReplication())).map(replicaStatus).find((one) => one.connection === name);
}

/** Where the connection replicates from, with every field as the old primary had it. */
function sourceAt({ parts }: TakeoverContext, source: TaskSource): NewPrimary {
  const account = parts.sources.get(source.name);
  const filter = (column: string): string => source.filters.find((one) => one.column === column)?.value ?? '';
  return {
    ...source,
    connection: source.name,
    user: account?.user ?? source.user,
    password: account?.password ?? '',
    demote: false,
    only: {
      doDomains: filter('Replicate_Do_Domain_Ids'),
      ignoreDomains: filter('Replicate_Ignore_Domain_Ids'),
      ignoreServers: filter('Replicate_Ignore_Server_Ids'),
    },
  };
}

function statementsFor(context: TakeoverContext, source: TaskSource): string {
  const filters = source.filters.filter((one) => !STATED.includes(one.column));
  return [
    changePrimary(sourceAt(context, source)).shown,
    ...filters.map(({ column, value }) => setFilter(source.name, column, value).shown),
    startReplication(source.name).shown,
  ].join('; ');
}
