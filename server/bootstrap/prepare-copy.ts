import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startTool } from '../backups/tool.ts';
import { copyPosition, POSITION_FILES } from './copy-position.ts';

/**
 * Makes an unpacked copy one that a server can be started on (mariadb-backup --prepare), and waits until all of it is on
 * the disk. Answers its GTID position. Rejects with the reason; what is in the directory is then worth nothing.
 */
export async function prepareCopy(directory: string, signal: AbortSignal): Promise<string> {
  const gtid = await positionOf(directory);
  await runTool('mariadb-backup', ['--no-defaults', '--prepare', `--target-dir=${directory}`], signal);
  // mbstream and mariadb-backup leave it to the kernel when the bytes reach the disk.
  await runTool('sync', ['--file-system', directory], signal);
  return gtid;
}

async function positionOf(directory: string): Promise<string> {
  for (const name of POSITION_FILES) {
    const text = await readFile(join(directory, name), 'utf8').catch(() => null);
    if (text === null) continue;
    const gtid = copyPosition(text);
    if (gtid !== null) return gtid;
  }
  throw new Error('the copy says no GTID position: its source has no binary log, or wrote nothing yet');
}

async function runTool(command: string, args: readonly string[], signal: AbortSignal): Promise<void> {
  const tool = startTool(command, args);
  const stop = (): void => tool.kill();
  signal.addEventListener('abort', stop);
  try {
    tool.stdin.end();
    tool.stdout.resume();
    const reason = await tool.ended;
    signal.throwIfAborted();
    if (reason !== null) throw new Error(reason);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
