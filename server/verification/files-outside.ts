import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Where InnoDB may have been told to keep files that are no part of the data directory. */
const pathOptions =
  /^(innodb_data_home_dir|innodb_undo_directory|innodb_log_group_home_dir|innodb_data_file_path)=(.*)$/;

/**
 * What in an unpacked physical copy leads out of its directory, or null: a server that is started on it, and already
 * mariadb-backup --prepare, would write into the files of the server that it is of.
 */
export async function filesOutside(directory: string): Promise<string | null> {
  for (const name of await readdir(directory, { recursive: true }))
    if (name.endsWith('.isl')) return `the table ${name.slice(0, -'.isl'.length)} has a DATA DIRECTORY of its own`;
  const options = await readFile(join(directory, 'backup-my.cnf'), 'utf8').catch(() => '');
  for (const line of options.split('\n')) {
    const [, option = '', value = ''] = pathOptions.exec(line.trim()) ?? [];
    if (leadsOut(value)) return `${option} is ${value}`;
  }
  return null;
}

/** "./" and "ibdata1:12M:autoextend" stay inside. */
function leadsOut(value: string): boolean {
  return value.split(';').some((part) => part.startsWith('/') || part.includes('..'));
}
