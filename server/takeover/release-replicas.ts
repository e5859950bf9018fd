import type { FollowUp } from '../contract/operation.ts';
import { allowWrites } from '../mariadb/freeze.ts';
import { waitWithoutReplica } from '../mariadb/semi-sync.ts';
import { SqlError } from '../mariadb/sql-error.ts';
import type { Statement } from '../mariadb/statement.ts';
import type { Act } from '../operations/step.ts';
import { perform, type TakeoverContext } from './context.ts';
import { handsOf } from './hands.ts';
import { isSilence, type Unanswered } from './unanswered.ts';
import { undoSession } from './undo-session.ts';

/** What a release came to. */
export interface Released {
  /** How many servers there were to release. */
  readonly servers: number;
  /** Those that do not answer, with what is left to do on each. */
  readonly silent: readonly { readonly server: string; readonly error: string; readonly followUp: FollowUp }[];
}

type Answer =
  | { readonly kind: 'released' }
  | { readonly kind: 'silent'; readonly error: string }
  | { readonly kind: 'failed'; readonly error: unknown };

/**
 * The inverse of prepareReplicas, on all servers at once: one that hangs keeps no other waiting, and is given up after
 * some seconds. Rejects with what keeps one that answers from being released, when all others have been tried.
 */
export async function releaseReplicas(context: TakeoverContext, act: Act, unanswered: Unanswered): Promise<Released> {
  const servers = prepared(context);
  const answers = await Promise.all(
    servers.map(async (server) => ({ server, answer: await tryRelease(context, act, server) })),
  );
  const failed = answers.find(({ answer }) => answer.kind === 'failed');
  if (failed?.answer.kind === 'failed') throw failed.answer.error;
  const silent = answers.flatMap(({ server, answer }) => (answer.kind === 'silent' ? [{ server, ...answer }] : []));
  const [first] = silent;
  if (first && !unanswered.tooLong()) throw new Error(`${first.server} does not answer: ${first.error}`);
  return {
    servers: servers.length,
    silent: silent.map(({ server, error }) => ({ server, error, followUp: releaseByHand(context, server) })),
  };
}

/** Puts back what was changed on that server, on a new connection. Rejects with SqlError. */
export async function releaseReplica(context: TakeoverContext, act: Act, server: string): Promise<void> {
  const session = await undoSession(context, act, server);
  try {
    for (const change of changesOn(context, server)) await perform(act, session, change);
  } finally {
    session.close();
  }
}

/** What is left to do where the server does not answer. */
export function releaseByHand(context: TakeoverContext, server: string): FollowUp {
  const statements = changesOn(context, server).map(({ shown }) => shown);
  const what = context.madeReadOnly.includes(server)
    ? 'may still refuse writes, which it took before'
    : 'may not wait for its replicas as before';
  return handsOf.note(`${server} does not answer and ${what}. On ${server} run:`, statements.join('; '));
}

/** Whether the target, once it is the primary, would wait for an acknowledgement that nobody gives yet. */
export function waits({ task, before }: TakeoverContext): boolean {
  const semiSync = before?.[task.target]?.semiSync;
  return semiSync?.primaryEnabled === true && semiSync.waitNoSlave;
}

const prepared = (context: TakeoverContext): string[] => [
  ...new Set([...context.madeReadOnly, ...(waits(context) ? [context.task.target] : [])]),
];

function changesOn(context: TakeoverContext, server: string): Statement[] {
  return [
    ...(context.madeReadOnly.includes(server) ? [allowWrites()] : []),
    ...(server === context.task.target && waits(context) ? [waitWithoutReplica(true)] : []),
  ];
}

/** Where nothing listens the server has forgotten it with its process. */
async function tryRelease(context: TakeoverContext, act: Act, server: string): Promise<Answer> {
  try {
    await releaseReplica(context, act, server);
    return { kind: 'released' };
  } catch (error) {
    if (!(error instanceof SqlError)) return { kind: 'failed', error };
    if (error.kind === 'refused') return { kind: 'released' };
    return isSilence(error) ? { kind: 'silent', error: error.message } : { kind: 'failed', error };
  }
}
