import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GaleraOptions } from '../../sandbox/galera/galera-cluster.ts';
import { until } from '../../sandbox/until.ts';

/**
 * Where rsync's script of a state transfer stands still: at the only file that it sends where what was missed goes another
 * way, or between InnoDB's own files and the tables of a full copy.
 */
const PLACES = { missed: 'rsync://*/rsync_sst', 'full-copy': 'rsync://*/rsync_sst/*' };

/** For tests: state transfers that stand still in their middle for as long as they are told to. */
export interface HeldTransfers {
  /** What the nodes need for it. */
  readonly options: Pick<GaleraOptions, 'tools' | 'settings'>;
  /** From now on each transfer waits at that place. */
  hold(place: keyof typeof PLACES): Promise<void>;
  /** Resolves when one waits. */
  held(): Promise<void>;
  /** Lets go on what waits; those to come wait as before. */
  release(): Promise<void>;
  /** Lets go on what waits, and what is to come. */
  end(): Promise<void>;
  remove(): Promise<void>;
}

export async function heldTransfers(): Promise<HeldTransfers> {
  const tools = await mkdtemp(join(tmpdir(), 'baton-held-'));
  const place = join(tools, 'place');
  const program = join(tools, 'rsync');
  // The nodes' account writes here.
  await chmod(tools, 0o777);
  const script = [
    '#!/bin/sh',
    'for last; do :; done',
    `place=$(cat '${place}' 2>/dev/null)`,
    'case $last in $place)',
    `  held='${tools}'/held.$$`,
    '  : >"$held"',
    '  while [ -e "$held" ]; do sleep 0.05; done ;;',
    'esac',
    'exec /usr/bin/rsync "$@"',
    '',
  ];
  await writeFile(program, script.join('\n'));
  await chmod(program, 0o755);
  // mariadbd puts its own folders before the path of a script, and so before a program with the name of the real one.
  const method = join(tools, 'wsrep_sst_held');
  await writeFile(method, `#!/bin/sh\nPATH='${tools}':$PATH exec wsrep_sst_rsync "$@"\n`);
  await chmod(method, 0o755);
  const waiting = async (): Promise<string[]> =>
    (await readdir(tools)).filter((name) => name.startsWith('held.')).map((name) => join(tools, name));
  const release = async (): Promise<void> =>
    void (await Promise.all((await waiting()).map(async (file) => await rm(file, { force: true }))));
  const end = async (): Promise<void> => {
    await rm(place, { force: true });
    await release();
  };
  return {
    options: { tools, settings: { wsrep_sst_method: 'held' } },
    hold: async (where) => await writeFile(place, PLACES[where]),
    held: async () =>
      await until(async () => (await waiting()).length > 0, { what: 'a transfer is held', timeoutMs: 60_000 }),
    release,
    end,
    remove: async () => {
      await end();
      await rm(tools, { recursive: true, force: true });
    },
  };
}
