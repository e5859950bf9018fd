import { BatonError } from '../../contract/errors.ts';
import { alreadyRunning } from '../../operations/already-running.ts';
import { operation as operationShape, type Operation } from '../../contract/operation.ts';
import { entriesOf, recorded } from '../../operations/journal.ts';
import type { OperationRow } from '../../store/store.ts';
import { newContext } from '../context.ts';
import type { TakeoversParts } from '../parts.ts';
import { programOf, stepParts } from '../program.ts';
import { task as taskShape, type Task } from '../task.ts';
import { hookStepId } from './task-hook.ts';

/** Enough to find a later takeover: nobody runs a hook again of one that lies this far back. */
const LOOKED_AT = 50;
const takeoverKinds: readonly string[] = ['switchover', 'failover', 'detach'];

export interface HookAgain {
  /** The takeover that the hook belongs to. */
  readonly operationId: string;
  readonly hook: string;
  readonly actor: string;
}

/**
 * Runs a hook of a takeover again, as an operation of its own, and answers its id at once. Rejects with BatonError:
 * not-found, refused (the takeover has not ended, or another came after it), already-running, unavailable.
 */
export async function runHookAgain(parts: TakeoversParts, asked: HookAgain): Promise<{ operationId: string }> {
  const row = await parts.store.journal.get(asked.operationId);
  const task = row && takeoverKinds.includes(row.kind) ? taskShape.parse(JSON.parse(row.plan)) : null;
  if (!row || !task || row.cluster !== parts.cluster.name) {
    throw new BatonError('not-found', `There is no takeover ${asked.operationId}.`, 'See the list of operations.');
  }
  const known = (task.hooks ?? []).filter(({ place }) => place !== 'beforeFencing').map(({ name }) => name);
  if (!known.includes(asked.hook)) {
    const next = known.length === 0 ? 'It has none that can be run again.' : `It has ${known.join(', ')}.`;
    throw new BatonError('not-found', `That takeover has no hook "${asked.hook}" to run again.`, next, { known });
  }
  if (row.endedAt === null) {
    throw new BatonError('refused', 'That takeover has not ended.', 'Wait for its end.', { operationId: row.id });
  }
  await refuseSuperseded(parts, row);
  const again = await againOf(parts, row, asked.hook);
  const repeated: Task = { ...task, again };
  const program = programOf(repeated, newContext(repeated, stepParts(parts)), async () => undefined);
  const heading = {
    kind: 'hook',
    cluster: task.cluster,
    target: task.target,
    title: `Hook ${asked.hook} of ${task.cluster}, again`,
    actor: asked.actor,
    dryRun: false,
  };
  const started = await parts.operations.start(heading, JSON.stringify(repeated), program);
  if (started.kind === 'started') return { operationId: started.operation.id };
  throw alreadyRunning(started.operation);
}

/** What a hook would be told is true of the last takeover only: of one before it, it would move addresses back. */
async function refuseSuperseded(parts: TakeoversParts, row: OperationRow): Promise<void> {
  const rows = await parts.store.journal.list({ limit: LOOKED_AT, cluster: row.cluster });
  const later = rows.find(
    (one) => one.startedAt > row.startedAt && takeoverKinds.includes(one.kind) && !viewOf(one).dryRun,
  );
  if (!later) return;
  throw new BatonError(
    'refused',
    'Another takeover came after it: its hooks have told the newer state.',
    'Look there.',
    {
      operationId: later.id,
    },
  );
}

const viewOf = ({ view }: Pick<OperationRow, 'view'>): Operation => operationShape.parse(JSON.parse(view));

/** What the hook was told then, and how often it was begun: by the takeover, and by those who ran it again. */
async function againOf(parts: TakeoversParts, row: OperationRow, hook: string): Promise<NonNullable<Task['again']>> {
  const view = viewOf(row);
  const rows = await parts.store.journal.list({ limit: LOOKED_AT, cluster: row.cluster });
  const belonging = rows.filter(
    ({ kind, plan }) => kind === 'hook' && taskShape.parse(JSON.parse(plan)).again?.operationId === row.id,
  );
  const attempts = await Promise.all(
    [row, ...belonging].map(async ({ id }) => {
      const found = recorded(entriesOf(await parts.store.journal.entries(id)), `hook-attempt-${hook}`);
      return typeof found === 'number' ? found : 0;
    }),
  );
  const bad = view.steps.find(
    ({ id, error, state }) => state === 'failed' && error !== null && id !== hookStepId({ name: hook }),
  );
  const outcome = view.outcome ?? 'unknown';
  const ending = outcome.startsWith('succeeded')
    ? null
    : { outcome, failure: bad ? { step: bad.id, server: bad.server, error: bad.error ?? '' } : null };
  return {
    hook,
    attempts: Math.max(...attempts),
    operationId: row.id,
    startedAt: view.startedAt,
    pointOfNoReturnPassed: view.pointOfNoReturnPassed,
    ending,
  };
}
