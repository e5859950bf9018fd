import { resolve } from 'node:path';
import { z } from 'zod';
import { BatonError } from '../../contract/errors.ts';
import { createCluster } from '../../sandbox/cluster.ts';
import { reopenCluster } from '../../sandbox/reopen.ts';
import { command, jsonOption, type Argument, type Command } from '../command.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { carryOut } from '../sandbox/carry-out.ts';
import { control } from '../sandbox/control-client.ts';
import type { ControlRequest, SandboxStatus } from '../sandbox/control-protocol.ts';
import { serveControl } from '../sandbox/control-server.ts';
import { steadyLoad } from '../sandbox/steady-load.ts';
import { table } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { untilStopped } from '../until-stopped.ts';

const demoFolder = resolve(import.meta.dirname, '../../../var/demo');
const dirOption = { flags: '--dir <dir>', text: 'folder of the sandbox (the demo’s, var/demo)' };
const dirInput = z.object({ dir: z.string().default(demoFolder) });

const up = command({
  name: 'sandbox up',
  summary: 'start real throw-away servers on loopback, in the foreground',
  details: 'A primary and its replicas. Ctrl-C stops them; an earlier cluster in the folder goes on.',
  options: [
    { flags: '--dir <dir>', text: 'where they live; made if absent' },
    { flags: '--replicas <n>', text: 'replicas beside the primary (2)' },
    { flags: '--semi-sync', text: 'with semi-synchronous replication' },
    { flags: '--write-load <n>', text: 'inserts a second (0)' },
  ],
  input: z.object({
    dir: z.string(),
    replicas: z.coerce.number().int().min(0).max(9).default(2),
    semiSync: z.boolean().default(false),
    writeLoad: z.coerce.number().int().min(0).default(0),
  }),
  async run({ dir: given, replicas, semiSync, writeLoad }, terminal) {
    const dir = resolve(given);
    const stopped = untilStopped();
    const cluster = (await reopenCluster(dir)) ?? (await createCluster({ dir, replicas, semiSync }));
    const load = steadyLoad(cluster);
    const endControl = await serveControl(dir, async (request) => await carryOut(cluster, load, request));
    await load.set(writeLoad);
    for (const { name, host, port, socket } of cluster.servers) terminal.line(`${name}  ${host}:${port}  ${socket}`);
    terminal.line(`root's password: ${cluster.accounts.root.passwordFile}. Ctrl-C stops them.`);
    await stopped;
    await endControl();
    await load.set(0);
    await cluster.stop({ keep: true });
    return exitCode.done;
  },
});

const status = command({
  name: 'sandbox status',
  summary: 'the servers of a running sandbox',
  details: 'With a server: that one alone, and exit code 1 while it is down.',
  arguments: [{ syntax: '[server]', text: 'db-1, db-2 …' }],
  options: [dirOption, jsonOption],
  input: dirInput.extend({ server: z.string().optional(), json: z.boolean().default(false) }),
  async run({ dir, server: name, json }, terminal) {
    const answer = await control(resolve(dir), { verb: 'status' });
    if (name !== undefined) return oneStatus(answer.status, name, terminal);
    if (json) terminal.json(answer.status);
    else {
      const lines = table(
        [
          { title: 'SERVER', cell: (server) => server.name },
          { title: 'PROCESS', align: 'right', cell: (server) => server.pid?.toString() ?? 'down' },
          { title: 'ADDRESS', cell: (server) => `${server.host}:${server.port}` },
          { title: 'SOCKET', cell: (server) => server.socket },
        ],
        answer.status?.servers ?? [],
      );
      for (const line of lines) terminal.line(line);
      terminal.line(`${answer.status?.writes ?? 0} writes acknowledged`);
    }
    return exitCode.done;
  },
});

function oneStatus(of: SandboxStatus | undefined, name: string, terminal: Terminal): ExitCode {
  const server = of?.servers.find((one) => one.name === name);
  if (!server) throw new BatonError('not-found', `There is no server ${name} in this sandbox.`);
  terminal.line(server.pid === null ? `${name} is down.` : `${name} runs, process ${server.pid}.`);
  return server.pid === null ? exitCode.failed : exitCode.done;
}

const thread: Argument = { syntax: '[argument]', text: 'io, sql or both (both)' };
const server: Argument = { syntax: '<server>', text: 'db-1, db-2 …' };

/** The faults: each is passed on to the process that the servers live in. */
const faults: readonly Command[] = (
  [
    ['kill', 'kill -9 of a server', [server]],
    ['stop', 'end a server in order', [server]],
    ['start', 'start a server that was killed or stopped', [server]],
    ['freeze', 'SIGSTOP: it takes connections and says nothing', [server]],
    ['thaw', 'SIGCONT', [server]],
    ['stop-thread', 'stop replication on a replica', [server, thread]],
    ['start-thread', 'start replication on a replica', [server, thread]],
    ['break', 'make a replica’s SQL thread stop with error 1062', [server]],
    ['errant', 'commit a transaction that only this server has', [server]],
    ['fill', 'add incompressible data', [server, { syntax: '<argument>', text: 'bytes' }]],
    [
      'load',
      'inserts a second into whichever server accepts writes',
      [{ syntax: '<argument>', text: 'number, 0 for none' }],
    ],
  ] satisfies readonly [ControlRequest['verb'], string, readonly Argument[]][]
).map(([verb, summary, args]) =>
  command({
    name: `sandbox ${verb}`,
    summary,
    arguments: args,
    options: [dirOption],
    input: dirInput.extend({ server: z.string().optional(), argument: z.string().optional() }),
    async run({ dir, server: name, argument }, terminal) {
      const answer = await control(resolve(dir), {
        verb,
        ...(name === undefined ? {} : { server: name }),
        ...(argument === undefined ? {} : { argument }),
      });
      terminal.line(answer.text ?? '');
      return exitCode.done;
    },
  }),
);

export const sandboxCommands: readonly Command[] = [up, status, ...faults];
