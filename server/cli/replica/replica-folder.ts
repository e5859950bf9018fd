import { randomBytes, randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { BatonError } from '../../contract/errors.ts';
import { replaceFile } from '../../files/durable-file.ts';

/** mariadbd ends at once with a longer path of its socket. */
const maxSocketBytes = 107;

/** A replica that lives in one folder: its options, its data, what it follows. */
export interface ReplicaFolder {
  readonly options: string;
  readonly persist: string;
  readonly socket: string;
  readonly errorLog: string;
  readonly backups: string;
  readonly state: string;
  /** What it was asked to be. It holds a password. */
  readonly parameters: string;
  readonly facts: string;
}

/** What was chosen when the folder was made, and stays. */
const replicaFacts = z.object({
  name: z.string(),
  serverId: z.int(),
  host: z.string(),
  port: z.int(),
  agentPort: z.int(),
});
export type ReplicaFacts = z.infer<typeof replicaFacts>;

export function replicaFolder(directory: string): ReplicaFolder {
  const within = (name: string): string => join(directory, name);
  return {
    options: within('my.cnf'),
    persist: within('persist.cnf'),
    socket: within('s'),
    errorLog: within('error.log'),
    backups: within('backups'),
    state: within('agent'),
    parameters: within('parameters.json'),
    facts: within('replica.json'),
  };
}

/** The facts of a folder that was made before; null where there is none. Rejects where they can't be read. */
export async function knownFacts(directory: string): Promise<ReplicaFacts | null> {
  const { facts } = replicaFolder(directory);
  return existsSync(facts) ? replicaFacts.parse(JSON.parse(await readFile(facts, 'utf8'))) : null;
}

/**
 * Makes the folder: all that a server needs but its data. Its own account over the socket has a password that stands in
 * my.cnf alone. Rejects with BatonError where its path is too long for a socket.
 */
export async function makeFolder(directory: string, choice: Omit<ReplicaFacts, 'serverId'>): Promise<ReplicaFacts> {
  const folder = replicaFolder(directory);
  if (Buffer.byteLength(folder.socket) > maxSocketBytes) {
    throw new BatonError('invalid', `${directory} is too long a path for a socket in it.`, 'Choose a shorter one.');
  }
  const facts = { ...choice, serverId: randomInt(1, 2 ** 32) };
  await mkdir(join(directory, 'data'), { recursive: true, mode: 0o700 });
  await mkdir(join(directory, 'tmp'), { recursive: true, mode: 0o700 });
  await writeFile(folder.persist, '', { mode: 0o644 });
  await replaceFile(folder.options, optionsText(directory, facts, randomBytes(18).toString('hex')));
  // Last: a folder without it is made again.
  await replaceFile(folder.facts, `${JSON.stringify(facts, null, 2)}\n`);
  return facts;
}

/** As a server that may be promoted needs it (see the checks of a takeover); everything else is MariaDB's default. */
function optionsText(directory: string, { serverId, host, port }: ReplicaFacts, password: string): string {
  const { socket, errorLog, persist } = replicaFolder(directory);
  const settings = {
    datadir: join(directory, 'data'),
    tmpdir: join(directory, 'tmp'),
    socket,
    pid_file: join(directory, 'pid'),
    log_error: errorLog,
    bind_address: host,
    port,
    report_host: host,
    report_port: port,
    server_id: serverId,
    log_bin: 'bin',
    relay_log: 'relay',
    log_slave_updates: 1,
    gtid_strict_mode: 1,
    binlog_format: 'ROW',
    // 60 s by default, during which a dead link counts as "0 seconds behind".
    slave_net_timeout: 10,
    skip_name_resolve: 1,
  };
  return [
    '[client]',
    `socket=${socket}`,
    'user=baton_local',
    `password=${password}`,
    '',
    '[mariadbd]',
    ...Object.entries(settings).map(([name, value]) => `${name}=${value}`),
    '',
    `!include ${persist}`,
    '',
  ].join('\n');
}
