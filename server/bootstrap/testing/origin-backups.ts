import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { appendFile, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { SandboxServer } from '../../sandbox/server-process.ts';

/** For tests: backups as the origin's cron jobs take them, with its file names and its index.txt. */
export interface OriginBackups {
  /** `most-recent.sql.gz`. */
  dump(name: string): Promise<void>;
  /** `<ts>.full.xb.zstd`; answers where its log sequence number is kept. */
  full(name: string): Promise<string>;
  /** `<ts>.inc.xb.zstd` on the one whose number is kept there. */
  incremental(name: string, base: string): Promise<string>;
}

export function originBackups(server: SandboxServer, folder: string): OriginBackups {
  const { optionsFile } = server;
  const physical = async (name: string, base: string | null): Promise<string> => {
    const work = await mkdtemp(join(tmpdir(), 'baton-origin-'));
    const meta = join(work, 'meta');
    const onto = base === null ? [] : [`--incremental-basedir=${base}`];
    await pipe(
      [
        'mariadb-backup',
        `--defaults-file=${optionsFile}`,
        '--backup',
        '--stream=xbstream',
        `--extra-lsndir=${meta}`,
        `--target-dir=${join(work, 'to')}`,
        ...onto,
      ],
      ['zstd', '-q', '-c'],
      join(folder, name),
    );
    await appendFile(join(folder, 'index.txt'), `${name}\n`);
    return meta;
  };
  return {
    dump: async (name) => {
      const what = [
        '--all-databases',
        '--flush-privileges',
        '--single-transaction',
        '--max-allowed-packet=128M',
        '--events',
        '--routines',
      ];
      await pipe(
        ['mariadb-dump', `--defaults-file=${optionsFile}`, ...what, '--flush-logs', '--master-data=2'],
        ['gzip', '-c'],
        join(folder, name),
      );
    },
    full: async (name) => await physical(name, null),
    incremental: async (name, base) => await physical(name, base),
  };
}

async function pipe(first: readonly string[], second: readonly string[], file: string): Promise<void> {
  const [from, to] = [first, second].map(([command = '', ...args]) =>
    spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] }),
  );
  if (!from || !to) throw new Error('two commands make two processes');
  let words = '';
  for (const child of [from, to])
    child.stderr.on('data', (chunk: Buffer) => (words = (words + chunk.toString()).slice(-2000)));
  from.stdin.end();
  const ends = [from, to].map(async (child) => await once(child, 'close'));
  await Promise.all([pipeline(from.stdout, to.stdin), pipeline(to.stdout, createWriteStream(file))]);
  for (const [code] of await Promise.all(ends)) if (code !== 0) throw new Error(words);
}
