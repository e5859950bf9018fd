import { spawn, type ChildProcess } from 'node:child_process';
import { pipeline } from 'node:stream/promises';

/**
 * Loads the machine's time zones into a server's system tables (~1 s). With the binary log they are 7000 transactions, which
 * every replica applies. Rejects with the name of the program that failed.
 */
export async function loadTimeZones(defaultsFile: string, binaryLog: 'write' | 'skip'): Promise<void> {
  const args = [...(binaryLog === 'skip' ? ['--skip-write-binlog'] : []), '/usr/share/zoneinfo'];
  // Its standard error names each file of zoneinfo that is no time zone: not worth a log.
  const zones = spawn('mariadb-tzinfo-to-sql', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  const client = spawn('mariadb', [`--defaults-file=${defaultsFile}`, 'mysql'], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  await Promise.all([
    endOf('mariadb-tzinfo-to-sql', zones),
    endOf('mariadb', client),
    pipeline(zones.stdout, client.stdin),
  ]);
}

/** Resolves when a child has ended with 0. */
export async function endOf(file: string, child: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${file} ended with ${code ?? 'a signal'}`));
    });
  });
}
