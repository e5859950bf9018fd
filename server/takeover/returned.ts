import { BatonError } from '../contract/errors.ts';
import type { Operation } from '../contract/operation.ts';
import { stopWrites } from '../mariadb/freeze.ts';
import { fenceReturned, type Fenced } from './fence-returned.ts';
import { lostTransactions, returnedText } from './lost-transactions.ts';
import { handsOf } from './hands.ts';
import type { TakeoversParts } from './parts.ts';
import { task } from './task.ts';

/** As the follow-up shows it; bounded, since read_only waits for locks. */
const FENCE_SECONDS = 3;

/** How far back a report may be that an old primary's return still concerns. */
const LOOKED_AT = 20;

/**
 * To be called when a server that was unreachable answers again: where it is the old primary of a failover, the report
 * of that gets the exact number of transactions that only it has. One that takes writes, beside the server that was
 * promoted, is made read-only at once. Answers the amended operation, or null.
 */
export async function noteReturn(parts: TakeoversParts, server: string): Promise<Operation | null> {
  const rows = await parts.store.journal.list({ cluster: parts.cluster.name, limit: LOOKED_AT });
  const done = rows.filter(
    ({ kind, endedAt, outcome }) =>
      kind !== 'rejoin' && kind !== 'reseed' && endedAt !== null && outcome?.startsWith('succeeded'),
  );
  const row = done.find(({ kind }) => kind === 'failover');
  if (!row) return null;
  const { oldPrimary, target, dryRun } = task.parse(JSON.parse(row.plan));
  if (oldPrimary !== server || dryRun) return null;
  const known = await parts.operations.get(row.id);
  const toldBefore = known.steps.some(({ note }) => note?.includes(`${server} is back`));
  // Each time it comes: it may have started anew, from a configuration that lets it take writes.
  const fence = await fenced(parts, server, target, done[0] === row);
  if (toldBefore && fence.kind === 'not-needed') return null;
  // First the old primary, then the new one, which may go on writing: the other way round its newest would count as lost.
  await parts.watch.lookNow([server]);
  const old = parts.watch.factsOf(server);
  if (parts.watch.observationOf(server)?.kind !== 'up' || !old) return null;
  // Somebody has made it a replica meanwhile: nothing about it is left to do.
  if (old.facts.replication.length > 0) return null;
  await parts.watch.lookNow([target]);
  const current = parts.watch.factsOf(target);
  if (parts.watch.observationOf(target)?.kind !== 'up' || !current) return null;
  const lost = lostTransactions(old.facts, current.facts);
  const text = returnedText(server, target, lost);
  return await parts.operations.amend(row.id, (view) => amended(view, server, target, text, lost.count, fence));
}

/**
 * To be called when an operation has ended: the old primary of a failover that came back while it ran was not looked at
 * then. Answers the amended operation, or null. Rejects with BatonError('unavailable') while the end is not written.
 */
export async function noteReturnMeanwhile(parts: TakeoversParts, view: Operation): Promise<Operation | null> {
  if (view.kind !== 'failover' || !view.outcome?.startsWith('succeeded')) return null;
  const row = await parts.store.journal.get(view.id);
  const oldPrimary = row === null ? null : task.parse(JSON.parse(row.plan)).oldPrimary;
  if (row === null || oldPrimary === null) return null;
  if (row.endedAt === null)
    throw new BatonError('unavailable', 'The end of the failover is not in the store yet.', 'Try again.');
  await parts.watch.lookNow([oldPrimary]);
  return parts.watch.observationOf(oldPrimary)?.kind === 'up' ? await noteReturn(parts, oldPrimary) : null;
}

/** Before anything is counted: each moment of two primaries makes more of what nobody will keep. */
async function fenced(parts: TakeoversParts, server: string, target: string, isLast: boolean): Promise<Fenced> {
  // After a later takeover the one that this failover promoted may not be the primary any more.
  if (!isLast || parts.operations.running(parts.cluster.name)) return { kind: 'not-needed' };
  await parts.watch.lookNow([server, target]);
  return await fenceReturned(parts, server, target);
}

function amended(
  view: Operation,
  server: string,
  target: string,
  found: string,
  lost: number,
  fence: Fenced,
): Operation {
  const text = fence.kind === 'fenced' ? `${found}. It took writes, and was made read-only` : found;
  const writable =
    fence.kind === 'failed'
      ? [
          {
            text: `${server} takes writes as well as ${target}, and could not be made read-only (${fence.error}). On ${server} run at once:`,
            method: null,
            path: null,
            body: null,
            command: stopWrites(FENCE_SECONDS).shown,
          },
        ]
      : [];
  const steps = view.steps.map((step) =>
    step.id === 'report' ? { ...step, note: [step.note, text].filter(Boolean).join('. ') } : step,
  );
  const rejoin = handsOf.rejoin(
    view.cluster,
    server,
    `${server} is back and does not follow ${target} yet: rejoin it.`,
  );
  const left = lost === 0 ? [rejoin] : handsOf.own(view.cluster, server, target);
  const added = new Set([...writable, ...left, rejoin].map(({ text: told }) => told));
  return {
    ...view,
    steps,
    summary: `${target} is primary. ${text}.`,
    outcome: 'succeeded-with-follow-ups',
    followUps: [...view.followUps.filter(({ text: told }) => !added.has(told)), ...writable, ...left],
  };
}
