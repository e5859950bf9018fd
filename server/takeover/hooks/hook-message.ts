import type { Outcome } from '../../contract/operation.ts';
import type { ActEnding, ActOperation } from '../../operations/step.ts';
import { serverOf, type Task } from '../task.ts';
import type { TaskHook } from './task-hook.ts';

interface HookServer {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** 0 where it was never read. */
  readonly serverId: number;
}

/** What a hook reads on its standard input: one line of JSON. The README documents it; `version` rises when a field changes its meaning. */
export interface HookMessage {
  readonly version: 1;
  readonly event: TaskHook['place'];
  readonly hook: string;
  /** 1, and one more each time it is run again for the same operation: hooks are idempotent. */
  readonly attempt: number;
  /** True when its console ended in the middle, and how far the attempt before came is unknown. */
  readonly resumed: boolean;
  readonly cluster: string;
  readonly operation: { readonly id: string; readonly kind: string; readonly startedAt: string; readonly url: string };
  readonly oldPrimary: HookServer | null;
  readonly newPrimary: HookServer;
  readonly pointOfNoReturnPassed: boolean;
  /** Who takes writes now, as far as Baton knows; null: nobody, or unknown. */
  readonly writable: string | null;
  /** Of onFailure: how it ended, else null. */
  readonly outcome: Outcome | null;
  /** Of onFailure: the step that failed, refused or was cancelled; null: none, the console ended. */
  readonly step: { readonly id: string; readonly server: string; readonly error: string } | null;
}

/** What the hook is told. No secret: what a page shows of the operation, and where its servers are. */
export function hookMessage(
  task: Task,
  hook: Pick<TaskHook, 'place' | 'name'>,
  at: {
    readonly operation: ActOperation;
    readonly ending: ActEnding | null;
    readonly attempt: number;
    readonly url: string;
  },
): HookMessage {
  const { operation, ending, attempt, url } = at;
  const failure = ending?.failure ?? null;
  return {
    version: 1,
    event: hook.place,
    hook: hook.name,
    attempt,
    resumed: operation.takenUp,
    cluster: task.cluster,
    operation: { id: operation.id, kind: task.kind, startedAt: operation.startedAt, url },
    oldPrimary: task.oldPrimary === null ? null : serverFor(task, task.oldPrimary),
    newPrimary: serverFor(task, task.target),
    pointOfNoReturnPassed: operation.pointOfNoReturnPassed,
    writable: writableNow(task, operation.pointOfNoReturnPassed, ending),
    outcome: ending?.outcome ?? null,
    step: failure && { id: failure.step, server: failure.server, error: failure.error },
  };
}

function writableNow(task: Task, passed: boolean, ending: ActEnding | null): string | null {
  if (ending?.outcome === 'failed-needs-hands') return null;
  if (passed) return task.target;
  return task.kind === 'switchover' ? task.oldPrimary : null;
}

function serverFor(task: Task, server: string): HookServer {
  const { name, host, port, serverId } = serverOf(task, server);
  return { name, host, port, serverId };
}
