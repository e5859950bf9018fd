import { takeLock } from '../mariadb/advisory-lock.ts';
import { changePrimary } from '../mariadb/change-primary.ts';
import { waitForPosition } from '../mariadb/drain.ts';
import { allowWrites, lockAllTables, readSeal, stopWrites, unlockTables } from '../mariadb/freeze.ts';
import { forgetPrimary, startReplication, stopReceiving, stopReplication } from '../mariadb/promote.ts';
import { hookTexts } from './hooks/hook-texts.ts';
import type { TaskConnection } from './task.ts';
import { serverOf, sslFor, targetConnection, type Task } from './task.ts';

export interface StepText {
  /** What it does, in one sentence. */
  readonly text: string;
  /** The SQL it will run as far as it is known beforehand, secrets left out. */
  readonly statements: readonly string[];
}

function text(sentence: string, ...statements: readonly { shown: string }[]): StepText {
  return { text: sentence, statements: statements.map(({ shown }) => shown) };
}

/** What each step of the task will do, by step id: the same builders that run, so that the page shows what will run. */
export function stepTexts(task: Task): Readonly<Record<string, StepText>> {
  const { target, kind } = task;
  const old = task.oldPrimary ?? 'the old primary';
  const connection = serverOf(task, target).connection ? targetConnection(task).name : '';
  // Which position it is will be known then.
  const wait = { shown: waitForPosition([], 0.2).shown.replace("''", "'…'") };
  const drain =
    kind === 'switchover'
      ? text(`${target} applies everything up to the sealed position.`, wait)
      : text(`${target} stops receiving and applies all that it has received.`, stopReceiving(connection), wait);
  return {
    ...hookTexts(task),
    lock: text('Takes the lock for takeovers on every reachable server.', takeLock()),
    record: text('Writes down the value of everything that may be touched.'),
    'catch-up': text(`Waits until ${target} is nearly level, while ${old} still takes writes.`),
    'long-writes': text(`Waits for long writes on ${old}; ends none of them.`),
    'confirm-dead': text(`Makes sure that ${old} answers nobody and that no replica hears from it.`),
    fence: text(`Keeps ${old} read-only for when it comes back, through its agent.`),
    freeze: text(
      `Stops services, events and every write on ${old}, and ends its clients' sessions.`,
      stopWrites(3),
      lockAllTables(3),
    ),
    seal: text(`Reads the position that ${target} must reach.`, readSeal()),
    drain,
    promote: text(`${target} forgets ${old}.`, stopReplication(connection), forgetPrimary(connection)),
    open: text(`${target} takes writes. From here on there is only forward.`, allowWrites()),
    events: text(`Events that were enabled on ${old} are enabled on ${target}.`),
    're-point-old': text(`${old} becomes a replica of ${target}.`, unlockTables(), ...follow(task, task.oldPrimary)),
    're-point-others': text(`The other replicas follow ${target}.`, ...follow(task, task.others[0] ?? null)),
    services: text(`What may only run on a primary is enabled and run on ${target}; read_only is kept for restarts.`),
    verify: text('Looks whether all of it is so: one writable server, everybody follows it, a first write arrives.'),
    report: text('Sums it up.'),
  };
}

function follow(task: Task, server: string | null): { shown: string }[] {
  if (server === null || !serverOf(task, task.target).connection) return [];
  const like: TaskConnection = serverOf(task, server).connection ?? targetConnection(task);
  const { host, port } = serverOf(task, task.target);
  const demote = server === task.oldPrimary && serverOf(task, server).demote;
  const to = { ...like, ssl: sslFor(task, server, like), connection: like.name, host, port, password: '', demote };
  return [
    ...(demote ? [] : [stopReplication(like.name)]),
    { shown: changePrimary(to).shown.replace(/MASTER_USER='[^']*'/, "MASTER_USER='…'") },
    startReplication(like.name),
  ];
}
