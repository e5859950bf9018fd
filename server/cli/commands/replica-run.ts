import { isIP } from 'node:net';
import { basename, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { existingData } from '../../bootstrap/replica-init.ts';
import { replicaTls } from '../../bootstrap/secured.ts';
import { agentConfiguration } from '../../contract/configuration/agent.ts';
import type { ClusterConfiguration } from '../../contract/configuration/cluster.ts';
import { BatonError } from '../../contract/errors.ts';
import { addressText } from '../../contract/listen-address.ts';
import type { WantedPrimary } from '../../contract/parameters.ts';
import { replaceFile } from '../../files/durable-file.ts';
import { askLocalServer } from '../../mariadb/local-server.ts';
import { SqlError } from '../../mariadb/sql-error.ts';
import { Mariadbd } from '../../sandbox/mariadbd.ts';
import { reservePort } from '../../sandbox/ports.ts';
import { isLoopback } from '../../tls/is-private.ts';
import { command } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { clusterIn, joinConsole, joiningLines } from '../replica/join-console.ts';
import {
  claimFolder,
  fillFolder,
  knownFacts,
  replicaFolder,
  type ReplicaFacts,
  type ReplicaFolder,
} from '../replica/replica-folder.ts';
import { readWanted, runInit } from '../replica/run-init.ts';
import { secureFields, secureOptions } from '../replica/secure-options.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { untilStopped } from '../until-stopped.ts';

const lookMs = 2_000;
const pauseMs = 100;
const demoConfiguration = 'var/demo/baton.yaml';

export const replicaRun = command({
  name: 'replica run',
  summary: 'a new replica in a folder of its own, made where it is not there yet, and run in the foreground',
  details:
    'For a host without a configured MariaDB, and to try it out: writes my.cnf, makes the data as `baton replica init` does, ' +
    'runs mariadbd until Ctrl-C. The same command again goes on with the folder.',
  arguments: [{ syntax: '<folder>', text: 'its options, data and logs' }],
  options: [
    {
      flags: '--parameters <file>',
      text: 'JSON as `baton primary init` prints it; - reads standard input; needed once',
    },
    {
      flags: '--as <server>',
      text: 'CLUSTER/NAME that the console is to know it by (default: the name of the folder)',
    },
    { flags: '--host <address>', text: 'where it listens (default: 127.0.0.1 where the primary is on this host)' },
    { flags: '--port <port>', text: 'where it listens (default: a free one)' },
    {
      flags: '--join [config]',
      text: `writes it into this configuration of a console on this host (default: that of the demo, ${demoConfiguration})`,
    },
    ...secureOptions,
  ],
  input: z.object({
    folder: z.string(),
    parameters: z.string().optional(),
    as: z
      .string()
      .regex(/^([A-Za-z0-9][A-Za-z0-9_-]{0,62}\/)?[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/, 'CLUSTER/NAME, such as erp5/db-4')
      .optional(),
    host: z
      .string()
      .refine((host) => isIP(host) !== 0, 'an address such as 10.0.0.14 or 2001:db8::14')
      .optional(),
    port: z.coerce.number().int().min(1).max(65_535).optional(),
    join: z.union([z.string(), z.literal(true)]).optional(),
    ...secureFields,
  }),
  async run({ parameters, as, join, ca, crl, certificate, key, verifyServer, ...input }, terminal) {
    const directory = resolve(input.folder);
    const [cluster = '', name = basename(directory)] = (as ?? `/${basename(directory)}`).split('/').slice(-2);
    const config = join === undefined ? null : resolve(join === true ? demoConfiguration : join);
    const joining = config === null ? null : await clusterIn(config, cluster);
    const folder = replicaFolder(directory);
    const stopping = new AbortController();
    const stopped = untilStopped().then(() => stopping.abort(new BatonError('unavailable', 'Stopped.')));
    const known = await knownFacts(directory);
    if (parameters === undefined && known === null) {
      throw new BatonError('invalid', 'A replica of whom? Name its --parameters.');
    }
    const { text, wanted } = await readWanted(parameters ?? folder.parameters, terminal);
    const facts = known ?? (await claim(directory, { name, ...input }, wanted.primary));
    const tls = replicaTls({ ca, crl, certificate, key, verifyServer }, null, wanted);
    await fillFolder(directory, facts, tls.files);
    await replaceFile(folder.parameters, text);
    const how = { wanted, tls, accountFiles: [], persistFile: folder.persist };
    const end =
      (await existingData(folder.options)) ??
      (await runInit({ ...how, defaultsFile: folder.options, signal: stopping.signal }, terminal));
    if (end.kind === 'data-exist' && known === null) {
      throw new BatonError('refused', `${end.dataDirectory} holds a database that this run has not made.`);
    }
    const server = new Mariadbd(folder.options);
    try {
      const agent = joining === null ? null : await startAgent(folder, facts, joining);
      try {
        const joined = { cluster, name: facts.name, url: `mysql://${addressText(facts)}`, agent: agent?.url ?? null };
        await untilAnswers(folder, server, stopping.signal);
        if (server.alive() && !stopping.signal.aborted) {
          if (config !== null) await joinConsole(config, joined);
          tell(terminal, directory, joined, config !== null);
        }
        await Promise.race([stopped, server.ended]);
      } finally {
        await agent?.close();
      }
    } finally {
      await server.stop();
    }
    if (!stopping.signal.aborted) {
      throw new BatonError('unavailable', `mariadbd has ended by itself: ${folder.errorLog} says why.`);
    }
    return exitCode.done;
  },
});

async function claim(
  directory: string,
  choice: { readonly name: string; readonly host?: string | undefined; readonly port?: number | undefined },
  primary: WantedPrimary | null,
): Promise<ReplicaFacts> {
  const onThisHost = primary !== null && isLoopback({ kind: 'tcp', host: primary.host, port: primary.port });
  const host = choice.host ?? (onThisHost ? '127.0.0.1' : null);
  if (host === null) throw new BatonError('invalid', 'Where does it listen? Name its --host, as others reach it.');
  const [port, agentPort] = [choice.port ?? (await freePort()), await freePort()];
  return await claimFolder(directory, { name: choice.name, host, port, agentPort });
}

/** Resolves when it answers, has ended, or is to stop. */
async function untilAnswers({ socket, options }: ReplicaFolder, server: Mariadbd, signal: AbortSignal): Promise<void> {
  while (server.alive() && !signal.aborted) {
    try {
      return await askLocalServer({ socket, defaultsFile: options }, lookMs, async () => Promise.resolve());
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
    }
    await delay(pauseMs, undefined, { signal }).catch(() => undefined);
  }
}

async function freePort(): Promise<number> {
  const reserved = await reservePort();
  reserved.release();
  return reserved.port;
}

/** The agent beside it, which takes the token that the console shows to all agents of the cluster. */
async function startAgent(folder: ReplicaFolder, facts: ReplicaFacts, { agentTokenFile }: ClusterConfiguration) {
  if (agentTokenFile === undefined) return null;
  const [{ pino }, { startAgent: start }] = await Promise.all([import('pino'), import('../../agent/start-agent.ts')]);
  const configuration = agentConfiguration.parse({
    listen: addressText({ host: facts.host, port: facts.agentPort }),
    plainHttp: true,
    name: facts.name,
    server: { socket: folder.socket, defaultsFile: folder.options, persistFile: folder.persist },
    tokenFile: agentTokenFile,
    stateDirectory: folder.state,
    backups: { directory: folder.backups },
  });
  return await start(configuration, pino({ name: 'baton-agent', level: 'warn' }, pino.destination(2)));
}

function tell(
  terminal: Terminal,
  directory: string,
  joined: Parameters<typeof joiningLines>[0],
  isJoined: boolean,
): void {
  terminal.line(
    `${joined.name} runs at ${joined.url}, in ${directory}. Ctrl-C stops it; the same command starts it again.`,
  );
  if (isJoined) return terminal.line(`The console knows it as ${joined.cluster}/${joined.name}.`);
  terminal.line('For the console, add to its configuration, and send it SIGHUP:');
  for (const line of joiningLines({ ...joined, cluster: joined.cluster || 'CLUSTER' })) terminal.line(`  ${line}`);
}
