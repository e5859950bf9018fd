import { spawn } from 'node:child_process';
import { messageOf } from '../../contract/errors.ts';
import { endOf, loadTimeZones } from './time-zones.ts';

/**
 * mariadb_update: what writes to a server's system tables, and so may run on a primary alone. Upgrades the system tables
 * where the server is newer than they are, and loads the time zones where there are none.
 * Run as: mariadb-update.ts MY.CNF. What it does stands in its output; ends with 1 when a part failed.
 */
const [defaultsFile = ''] = process.argv.slice(2);
const defaults = `--defaults-file=${defaultsFile}`;
const say = (text: string): void => void process.stdout.write(`mariadb_update: ${text}\n`);

try {
  say('system tables');
  await endOf('mariadb-upgrade', spawn('mariadb-upgrade', [defaults], { stdio: ['ignore', 'inherit', 'inherit'] }));
  const known = await count('mysql.time_zone_name');
  if (known === '0') {
    say('time zones: loading');
    await loadTimeZones(defaultsFile, 'write');
  } else say(`time zones: ${known} names are there`);
  say('done');
} catch (error) {
  say(messageOf(error));
  process.exitCode = 1;
}

async function count(table: string): Promise<string> {
  const child = spawn('mariadb', [defaults, '-N', '-B', '-e', `SELECT COUNT(*) FROM ${table}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  await endOf('mariadb', child);
  return text.trim();
}
