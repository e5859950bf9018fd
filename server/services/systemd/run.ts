import { appendFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../contract/errors.ts';
import type { ProgramEnd, RunningProgram } from '../run-program.ts';
import { isUp, systemctl, unitLog, unitState, type SystemdUnit, type UnitState } from './systemctl.ts';

const PAUSE_MS = 300;

/** Runs the unit once: started, followed to its end, and what the journal has of this run is in the log then. */
export function runUnit(unit: SystemdUnit, logFile: string, timeoutMs: number): RunningProgram {
  const left = Promise.withResolvers<ProgramEnd>();
  let note: string | null = null;
  const end = async (reason: string): Promise<void> => {
    note ??= `ended: ${reason}`;
    await systemctl(unit, 'stop');
  };
  const follow = async (): Promise<ProgramEnd> => {
    const state = await followedToEnd(unit, timeoutMs, () => end(`no end within ${timeoutMs / 1000} s`));
    const log = await unitLog(unit, state.invocation);
    if (log !== '') await appendFile(logFile, `${log}\n`);
    if (note !== null) return { exitCode: null, note };
    if (state.result === 'success') return { exitCode: 0, note: null };
    return state.result === 'exit-code'
      ? { exitCode: state.exitCode, note: null }
      : { exitCode: null, note: `ended with result ${state.result}` };
  };
  return {
    ended: Promise.race([left.promise, follow()]).catch((error: unknown) => ({
      exitCode: null,
      note: messageOf(error),
    })),
    end,
    // systemd has it: it goes on without the agent.
    leave: async (reason) => left.resolve({ exitCode: null, note: `${reason}; systemd goes on with it` }),
  };
}

async function followedToEnd(unit: SystemdUnit, timeoutMs: number, late: () => Promise<void>): Promise<UnitState> {
  const { invocation: before } = await unitState(unit);
  const until = performance.now() + timeoutMs;
  await systemctl(unit, 'start', '--no-block');
  for (;;) {
    const state = await unitState(unit);
    // Queued, until it has an invocation of its own.
    const begun = state.invocation !== '' && state.invocation !== before;
    if (begun && !isUp(state)) return state;
    if (performance.now() > until) {
      await late();
      return state;
    }
    await delay(PAUSE_MS);
  }
}
