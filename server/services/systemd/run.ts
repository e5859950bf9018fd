import { appendFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf } from '../../contract/errors.ts';
import type { ProgramEnd, RunningProgram } from '../run-program.ts';
import { isUp, systemctl, unitLog, unitState, type SystemdUnit, type UnitState } from './systemctl.ts';

const PAUSE_MS = 300;

/** Runs the unit once: started, followed to its end, and what the journal has of this run is in the log then. */
export function runUnit(unit: SystemdUnit, logFile: string, timeoutMs: number): RunningProgram {
  /** Set: nobody looks at it any more. */
  let left: ProgramEnd | null = null;
  let note: string | null = null;
  const end = async (reason: string): Promise<void> => {
    note ??= `ended: ${reason}`;
    await systemctl(unit, 'stop');
  };
  const follow = async (): Promise<ProgramEnd> => {
    const late = (): Promise<void> => end(`no end within ${timeoutMs / 1000} s`);
    const state = await followedToEnd(unit, timeoutMs, late, () => left !== null);
    if (left !== null) return left;
    const log = await unitLog(unit, state.invocation);
    if (log !== '') await appendFile(logFile, `${log}\n`);
    if (note !== null) return { exitCode: null, note };
    if (state.result === 'success') return { exitCode: 0, note: null };
    return state.result === 'exit-code'
      ? { exitCode: state.exitCode, note: null }
      : { exitCode: null, note: `ended with result ${state.result}` };
  };
  return {
    ended: follow().catch((error: unknown) => ({
      exitCode: null,
      note: messageOf(error),
    })),
    end,
    // systemd has it: it goes on without the agent.
    async leave(reason) {
      left = { exitCode: null, note: `${reason}; systemd goes on with it` };
    },
  };
}

async function followedToEnd(
  unit: SystemdUnit,
  timeoutMs: number,
  late: () => Promise<void>,
  left: () => boolean,
): Promise<UnitState> {
  const { invocation: before } = await unitState(unit);
  const until = performance.now() + timeoutMs;
  await systemctl(unit, 'start', '--no-block');
  for (;;) {
    const state = await unitState(unit);
    // Queued, until it has an invocation of its own.
    const begun = state.invocation !== '' && state.invocation !== before;
    if (left() || (begun && !isUp(state))) return state;
    if (performance.now() > until) {
      await late();
      return state;
    }
    await delay(PAUSE_MS);
  }
}
