import { rm, writeFile } from 'node:fs/promises';
import type { Option } from './command.ts';

export const pidFileOption: Option = { flags: '--pid-file <file>', text: 'write the process id here while it runs' };

/** Runs `work` with our process id in the file, where one is named. */
export async function withPidFile<T>(file: string | undefined, work: () => Promise<T>): Promise<T> {
  if (file === undefined) return await work();
  await writeFile(file, `${process.pid}\n`);
  try {
    return await work();
  } finally {
    await rm(file, { force: true });
  }
}
