import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ClusterRecord } from './cluster-record.ts';

/** Throws when a mariadbd of this cluster runs: a second one on the same files would fail late and with unclear words. */
export async function refuseInUse(dir: string, record: ClusterRecord): Promise<void> {
  for (const { name } of record.servers) {
    const folder = join(dir, name);
    const pid = (await readFile(join(folder, 'pid'), 'utf8').catch(() => '')).trim();
    // The process may be gone and its id another program's by now: only one that was started with our file counts.
    const command = pid === '' ? '' : await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (command.includes(join(folder, 'my.cnf'))) throw new Error(`${folder} is in use by process ${pid}`);
  }
}
