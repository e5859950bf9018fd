import { readdirSync, readFileSync } from 'node:fs';

/** Command lines of the processes that name the folder, as /proc tells them. */
export function livingProcesses(folder: string): string[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
        return command.includes(folder) ? [`${pid} ${command}`] : [];
      } catch {
        // It ended between the listing and the look.
        return [];
      }
    });
}
