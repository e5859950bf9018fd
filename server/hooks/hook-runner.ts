import { endLeftOver, type ProcessIdentity } from './process-identity.ts';
import { programProblem } from './program-problem.ts';
import { runHook, type HookEnd } from './run-hook.ts';

/** Runs hooks on this host; `operationUrl` tells them where their operation's page is. */
export function createHookRunner(operationUrl: (id: string) => string) {
  return {
    operationUrl,
    problem: programProblem,
    endLeftOver: (process: ProcessIdentity): boolean => endLeftOver(process),
    start(...[command, input, options]: Parameters<typeof runHook>) {
      const { identity, ended } = runHook(command, input, options);
      return { process: identity, ended: ended.then(resultOf) };
    },
  };
}

/** Exit code 0 is success and nothing else is. */
function resultOf(end: HookEnd): { ok: boolean; text: string } {
  return { ok: end.kind === 'exited' && end.exitCode === 0, text: textOf(end) };
}

function textOf(end: HookEnd): string {
  if (end.kind === 'exited') return `exit ${end.exitCode}`;
  if (end.kind === 'signalled') return `ended by ${end.signal}`;
  if (end.kind === 'timed-out') return `no end within ${Math.round(end.afterMs / 100) / 10} s: killed`;
  if (end.kind === 'cancelled') return 'cancelled';
  return `could not be started: ${end.reason}`;
}
