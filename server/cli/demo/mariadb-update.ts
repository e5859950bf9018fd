import { spawn } from 'node:child_process';
import { pipeline } from 'node:stream/promises';

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
  await run('mariadb-upgrade', [defaults]);
  const count = 'SELECT COUNT(*) FROM mysql.time_zone_name';
  const known = (await output('mariadb', [defaults, '-N', '-B', '-e', count])).trim();
  if (known === '0') {
    say('time zones: loading');
    await loadTimeZones();
  } else say(`time zones: ${known} names are there`);
  say('done');
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

async function run(file: string, args: readonly string[]): Promise<void> {
  const child = spawn(file, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  await endOf(file, child);
}

async function output(file: string, args: readonly string[]): Promise<string> {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  await endOf(file, child);
  return text;
}

async function loadTimeZones(): Promise<void> {
  // Its standard error names each file of zoneinfo that is no time zone: not worth a log.
  const zones = spawn('mariadb-tzinfo-to-sql', ['/usr/share/zoneinfo'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const client = spawn('mariadb', [defaults, 'mysql'], { stdio: ['pipe', 'inherit', 'inherit'] });
  await Promise.all([
    endOf('mariadb-tzinfo-to-sql', zones),
    endOf('mariadb', client),
    pipeline(zones.stdout, client.stdin),
  ]);
}

async function endOf(file: string, child: ReturnType<typeof spawn>): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${file} ended with ${code ?? 'a signal'}`));
    });
  });
}
