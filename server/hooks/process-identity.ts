import { readFileSync } from 'node:fs';

/** A process, told apart from every other that had or will have its id. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks between the start of the system and its own: field 22 of /proc/PID/stat, see proc_pid_stat(5). */
  readonly startTicks: number;
}

/** Null where it is gone, or where the system has no /proc. */
export function identityOf(pid: number): ProcessIdentity | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in the second field may hold spaces and brackets itself.
    const startTicks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
    return Number.isInteger(startTicks) ? { pid, startTicks } : null;
  } catch {
    return null;
  }
}

/** Ends the group of a process that an earlier console started, where it still runs; answers whether it did. */
export function endLeftOver({ pid, startTicks }: ProcessIdentity): boolean {
  return identityOf(pid)?.startTicks === startTicks && signalGroup(pid, 'SIGKILL');
}

/** Sends the signal to the process group; false where there is none any more. */
export function signalGroup(pid: number | undefined, signal: NodeJS.Signals): boolean {
  if (pid === undefined) return false;
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    // The group is gone: that is what was wanted.
    return false;
  }
}
