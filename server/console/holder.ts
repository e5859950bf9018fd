import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import process from 'node:process';

/** Names this process among all that ever run on any host: its pid may be another's in the next life of the machine. */
export function thisHolder(): string {
  return `${hostname()}/${process.pid}/${startOf(process.pid) ?? '?'}`;
}

/** Whether that holder is surely no more: of this host, and no process of that pid with that start. */
export function holderIsGone(holder: string): boolean {
  const [host, pid, start] = holder.split('/');
  if (host !== hostname() || pid === undefined || start === undefined || start === '?') return false;
  return startOf(Number(pid)) !== start;
}

/** When a process began, in clock ticks since the machine did (proc(5), field 22); null where there is none. */
function startOf(pid: number): string | null {
  try {
    // The name in parentheses may hold spaces; what follows it does not.
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
