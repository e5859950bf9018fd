import { readFile } from 'node:fs/promises';
import type { StartRequest } from '../../contract/galera.ts';
import { replaceFile } from '../../files/durable-file.ts';

/** Readable by mariadbd, which may be another user. */
const MODE = 0o644;

/** Writes what the next start is told, and no later one: the file is emptied when that start has read it. */
export async function writeStartFile(
  file: string,
  { bootstrap, position }: Pick<StartRequest, 'bootstrap' | 'position'>,
): Promise<void> {
  const lines = [
    '# Written by the Baton agent for one start, and emptied after it.',
    '[mariadbd]',
    ...(bootstrap ? ['wsrep_new_cluster=ON'] : []),
    ...(position === null ? [] : [`wsrep_start_position=${position}`]),
    '',
  ];
  await replaceFile(file, lines.join('\n'), MODE);
}

/** Empties it. A stale switch on a second node makes a second cluster; true where there was something in it. */
export async function clearStartFile(file: string): Promise<boolean> {
  const before = await readFile(file, 'utf8').catch(() => null);
  if (before === '') return false;
  await replaceFile(file, '', MODE);
  return before !== null;
}
