import { setTimeout as pause } from 'node:timers/promises';
import { BatonError } from '../../contract/errors.ts';
import type { Operation, OperationStep } from '../../contract/operation.ts';
import type { ConsoleApi } from '../console-api/api.ts';
import { NoAnswerError } from '../console-api/call.ts';
import { seconds } from '../terminal/quantity.ts';
import type { Terminal } from '../terminal/terminal.ts';

const pollMs = 200;
/** A console that was killed is restarted and resumes; after this long without it we stop waiting. */
const patienceMs = 120_000;

/** What a takeover looks like when we stop watching it: at its end, or left running by a second Ctrl-C or a silent console. */
export type Followed = { kind: 'ended'; operation: Operation } | { kind: 'left'; reason: string };

/**
 * Shows each step as it changes, until the operation ends. The first Ctrl-C cancels and restores, where that is still
 * possible; the second one leaves the operation running.
 */
export async function follow(
  api: ConsoleApi,
  id: string,
  terminal: Terminal,
  say: (line: string) => void,
): Promise<Followed> {
  const seen = new Map<string, string>();
  const interrupted = { times: 0, handled: 0 };
  const onInterrupt = (): void => {
    interrupted.times += 1;
  };
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onInterrupt);
  let heardAtMs = Date.now();
  try {
    for (;;) {
      if (interrupted.times > 1) return { kind: 'left', reason: 'It goes on without you.' };
      try {
        if (interrupted.times > interrupted.handled) {
          interrupted.handled = interrupted.times;
          await cancel(api, id, terminal);
        }
        const operation = await api.operation(id);
        heardAtMs = Date.now();
        show(operation, seen, terminal, say);
        if (operation.outcome !== null) return { kind: 'ended', operation };
      } catch (error) {
        if (!(error instanceof NoAnswerError)) throw error;
        if (Date.now() - heardAtMs > patienceMs) return { kind: 'left', reason: error.message };
        if (!seen.has('console')) terminal.note('The console does not answer; still asking …');
        seen.set('console', 'silent');
      }
      await pause(pollMs);
    }
  } finally {
    process.off('SIGINT', onInterrupt);
    process.off('SIGTERM', onInterrupt);
  }
}

async function cancel(api: ConsoleApi, id: string, terminal: Terminal): Promise<void> {
  try {
    await api.cancel(id);
    terminal.note('Cancelling: what was changed is being restored. Ctrl-C again leaves it to the console.');
  } catch (error) {
    if (!(error instanceof BatonError) || error instanceof NoAnswerError) throw error;
    terminal.note(`${error.message} Ctrl-C again leaves it to the console.`);
  }
}

function show(operation: Operation, seen: Map<string, string>, terminal: Terminal, say: (line: string) => void): void {
  if (seen.delete('console')) terminal.note('The console answers again.');
  for (const step of operation.steps) {
    const text = stepText(step);
    if (text === null || seen.get(step.id) === text) continue;
    seen.set(step.id, text);
    say(text);
  }
  for (const { at, text } of operation.interruptions) {
    if (seen.has(at)) continue;
    seen.set(at, text);
    say(`  … ${text}`);
  }
  if (operation.cancelAsked && !seen.has('cancel')) {
    seen.set('cancel', operation.cancelAsked.by);
    say(`  … cancel asked by ${operation.cancelAsked.by}`);
  }
}

const marks: Record<OperationStep['state'], string> = {
  pending: ' ',
  running: '…',
  done: '✓',
  skipped: '-',
  failed: '✗',
  undone: '↩',
  'not-run': ' ',
  unknown: '?',
};

/** One line of a step; null while there is nothing to say of it. */
export function stepText(step: OperationStep): string | null {
  if (step.state === 'pending' || step.state === 'not-run') return null;
  const took =
    step.startedAt !== null && step.endedAt !== null
      ? `, ${seconds((Date.parse(step.endedAt) - Date.parse(step.startedAt)) / 1000)}`
      : '';
  const said = step.error ?? (step.state === 'running' ? step.waitsFor : step.note);
  return `  ${marks[step.state]} ${step.name} (${step.server}): ${step.state}${took}${said === null ? '' : `: ${said}`}`;
}
