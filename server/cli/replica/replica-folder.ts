import { randomBytes, randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import type { TlsFiles } from '../../tls/material.ts';
import { BatonError } from '../../contract/errors.ts';
import { longestSocketPath } from '../../contract/listen-address.ts';
import { replaceFile, writeNew } from '../../files/durable-file.ts';

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

/** The paths in a folder of that name; nothing is made. */
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
 * Takes a directory that is empty or not there for a replica, by its facts: the mark of a folder of ours. Rejects with
 * BatonError where anything else is in it, and where its path is too long for a socket.
 */
export async function claimFolder(directory: string, choice: Omit<ReplicaFacts, 'serverId'>): Promise<ReplicaFacts> {
  const folder = replicaFolder(directory);
  if (Buffer.byteLength(folder.socket) > longestSocketPath) {
    throw new BatonError('invalid', `${directory} is too long a path for a socket in it.`, 'Choose a shorter one.');
  }
  await mkdir(directory, { recursive: true, mode: 0o700 });
  // Half of a mark is what a run leaves that was killed as it wrote it.
  const others = (await readdir(directory)).filter((name) => !name.startsWith(`${basename(folder.facts)}.`));
  if (others.length > 0) {
    throw new BatonError(
      'refused',
      `${directory} is not empty, and no replica of \`baton replica run\`: ${others.slice(0, 3).join(', ')}.`,
      'Name an empty folder, or one that is not there.',
    );
  }
  const facts = { ...choice, serverId: randomInt(1, 2 ** 32) };
  await replaceFile(folder.facts, `${JSON.stringify(facts, null, 2)}\n`);
  return facts;
}

/**
 * Puts into a claimed folder what a server needs but its data, where it is not there: what is there stays. The server's own
 * account over the socket has a password that stands in my.cnf alone.
 */
export async function fillFolder(directory: string, facts: ReplicaFacts, tls: TlsFiles): Promise<void> {
  const folder = replicaFolder(directory);
  await mkdir(join(directory, 'data'), { recursive: true, mode: 0o700 });
  await mkdir(join(directory, 'tmp'), { recursive: true, mode: 0o700 });
  if (!existsSync(folder.persist)) await writeNew(folder.persist, '', 0o644);
  if (!existsSync(folder.options)) {
    await replaceFile(folder.options, optionsText(directory, facts, tls, randomBytes(18).toString('hex')));
  }
}

/** As a server that may be promoted needs it (see the checks of a takeover); everything else is MariaDB's default. */
function optionsText(
  directory: string,
  { serverId, host, port }: ReplicaFacts,
  tls: TlsFiles,
  password: string,
): string {
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
    ...secureSettings(tls),
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

/** It shows the certificate that it replicates with: of a server on its own nobody has named another. */
function secureSettings({ ca, crl, certificate, key }: TlsFiles): Record<string, string> {
  if (certificate === undefined || key === undefined) return {};
  const own = { ssl_cert: resolve(certificate), ssl_key: resolve(key) };
  return { ...own, ...(ca && { ssl_ca: resolve(ca) }), ...(crl && { ssl_crl: resolve(crl) }) };
}
