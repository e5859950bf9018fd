import { readFile } from 'node:fs/promises';
import type { StartRequest } from '../../contract/galera-agent.ts';
import { replaceFile } from '../../files/durable-file.ts';
import type { ServerOptions } from './server-options.ts';

/** Readable by mariadbd, which may be another user. */
const MODE = 0o644;

/**
 * A provider that does not exist: mariadbd ends with it before it opens or changes any file, and --wsrep-recover, which
 * loads none, goes on to work (both measured on 10.11).
 */
const NO_PROVIDER = '/kept/down/by/baton';

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

/** Writes what lets no start succeed, the service manager's at a reboot included, until a start overwrites it. */
export async function writeHold(file: string): Promise<void> {
  const lines = [
    '# Written by the Baton agent: this node is kept down, since it holds rows that its cluster gave up. A start of it would',
    '# take a full copy, which erases them. Copy them first, then: baton galera start CLUSTER/NODE --confirm NODE',
    '[mariadbd]',
    `wsrep_provider=${NO_PROVIDER}`,
    '',
  ];
  await replaceFile(file, lines.join('\n'), MODE);
}

/** Whether it holds the node down. */
export async function holdsDown(file: string): Promise<boolean> {
  return (await readFile(file, 'utf8').catch(() => '')).includes(NO_PROVIDER);
}

/** Whether the options as a whole hold the node down: what stands behind an include wins over it. */
export function keptBy(options: ServerOptions): boolean {
  return options.get('wsrep_provider') === NO_PROVIDER;
}

/** Empties it, unless it holds the node down. A stale switch on a second node makes a second cluster; true where there was something in it. */
export async function clearStartFile(file: string): Promise<boolean> {
  const before = await readFile(file, 'utf8').catch(() => null);
  if (before === '' || before?.includes(NO_PROVIDER) === true) return false;
  await replaceFile(file, '', MODE);
  return before !== null;
}
