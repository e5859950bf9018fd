import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { ServiceRun } from '../../contract/agent.ts';
import { BatonError } from '../../contract/errors.ts';
import type { ClusterSnapshot } from '../../contract/snapshot.ts';
import { command, jsonOption, type Command } from '../command.ts';
import type { ConsoleApi } from '../console-api/api.ts';
import { consoleInput, consoleOptions, withConsole } from '../console-api/connect.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { serverArgument, serverTarget } from '../target.ts';
import { table } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';

const POLL_MS = 500;

const serviceArgument = { syntax: '<service>', text: 'its name in the configuration of the agent' };
const input = consoleInput.extend({ target: serverTarget, service: z.string(), json: z.boolean().default(false) });
type Asked = Omit<z.output<typeof input>, 'url' | 'tokenFile' | 'ca' | 'config'>;

function switching(action: 'enable' | 'disable', summary: string): Command {
  return command({
    name: `service ${action}`,
    summary,
    arguments: [serverArgument, serviceArgument],
    options: [jsonOption, ...consoleOptions],
    input,
    run: async ({ target: { cluster, server }, service, json, ...where }, terminal) =>
      await withConsole(where, async (api) => {
        const status = await api.switchService(cluster, server, service, action);
        if (json) terminal.json(status);
        else terminal.line(`${service} is ${status.enabled ? 'enabled' : 'disabled'} on ${server}`);
        return exitCode.done;
      }),
  });
}

const run = command({
  name: 'service run',
  summary: 'enable it, run it once and follow it: its log, then its end (0 done, 1 failed)',
  arguments: [serverArgument, serviceArgument],
  options: [jsonOption, ...consoleOptions],
  input,
  run: async ({ target: asked, service, json, ...where }, terminal) =>
    await withConsole(where, async (api) => await followed(api, { target: asked, service, json }, terminal)),
});

async function followed(api: ConsoleApi, asked: Asked, terminal: Terminal): Promise<ExitCode> {
  const { target: where, service, json } = asked;
  let seen: ServiceRun = await api.runService(where.cluster, where.server, service);
  let shown = 0;
  const show = (): void => {
    if (!json && seen.log.length > shown) terminal.line(seen.log.slice(shown).trimEnd());
    shown = Math.max(shown, seen.log.length);
  };
  while (seen.state === 'running') {
    await delay(POLL_MS);
    seen = await api.serviceRun(where.cluster, where.server, service, seen.id);
    show();
  }
  show();
  if (json) terminal.json(seen);
  else terminal.note(`${service} ${endOf(seen)} on ${where.server}`);
  return seen.state === 'done' ? exitCode.done : exitCode.failed;
}

function endOf({ state, exitCode: code }: ServiceRun): string {
  if (state === 'done') return 'is done';
  return code === null ? 'failed' : `failed (exit ${code})`;
}

const list = command({
  name: 'service list',
  summary: 'the services of every server, or of one',
  arguments: [{ syntax: '[target]', text: 'CLUSTER or CLUSTER/SERVER' }],
  options: [jsonOption, ...consoleOptions],
  input: consoleInput.extend({ target: z.string().optional(), json: z.boolean().default(false) }),
  run: async ({ target: asked, json, ...where }, terminal) =>
    await withConsole(where, async (api) => {
      const [cluster, server] = asked?.split('/') ?? [];
      const rows = rowsOf(cluster === undefined ? await api.clusters() : [await api.cluster(cluster)], server);
      if (json) terminal.json(rows);
      else if (rows.length === 0) terminal.line('No agent has a service.');
      else for (const line of tableOf(rows)) terminal.line(line);
      return exitCode.done;
    }),
});

interface Row {
  readonly cluster: string;
  readonly server: string;
  readonly role: string;
  readonly service: ClusterSnapshot['servers'][number]['agent']['services'][number];
}

function rowsOf(clusters: readonly ClusterSnapshot[], server: string | undefined): Row[] {
  const servers = clusters.flatMap((cluster) => cluster.servers.map((one) => ({ cluster: cluster.name, one })));
  const wanted = servers.filter(({ one }) => server === undefined || one.name === server);
  if (wanted.length === 0) {
    const known = servers.map(({ one }) => one.name);
    throw new BatonError('not-found', `There is no server ${server}.`, '', { known });
  }
  return wanted.flatMap(({ cluster, one }) =>
    one.agent.services.map((service) => ({ cluster, server: one.name, role: one.role, service })),
  );
}

function tableOf(rows: readonly Row[]): string[] {
  return table<Row>(
    [
      { title: 'CLUSTER', cell: ({ cluster }) => cluster },
      { title: 'SERVER', cell: ({ server }) => server },
      { title: 'ROLE', cell: ({ role }) => role },
      { title: 'SERVICE', cell: ({ service }) => service.name },
      { title: 'KIND', cell: ({ service }) => service.kind ?? '' },
      { title: 'STATE', cell: ({ service }) => stateOf(service) },
      { title: 'LAST RUN', cell: ({ service }) => lastRunOf(service) },
      { title: 'PROBLEM', cell: ({ service }) => service.problem ?? '' },
    ],
    rows,
  );
}

const stateOf = ({ enabled, running }: Row['service']): string =>
  running ? 'running' : enabled ? 'enabled' : 'disabled';

const lastRunOf = ({ lastRun }: Row['service']): string =>
  lastRun ? `${lastRun.at} ${lastRun.ok ? 'done' : 'failed'}` : '';

export const serviceCommands: readonly Command[] = [
  list,
  switching('enable', 'let it run; refused on what is not a primary'),
  switching('disable', 'let it run no more, until the role of the server changes; a run in progress is ended'),
  run,
];
