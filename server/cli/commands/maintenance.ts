import { z } from 'zod';
import type { ClusterSnapshot } from '../../contract/snapshot.ts';
import { command, jsonOption, type Command } from '../command.ts';
import { consoleInput, consoleOptions, withConsole } from '../console-api/connect.ts';
import { exitCode } from '../exit-code.ts';
import { serverArgument, serverTarget } from '../target.ts';
import { table } from '../terminal/table.ts';

const begin = command({
  name: 'maintenance begin',
  summary: 'set a server aside: no alerts of it, no candidate; again: change it',
  arguments: [serverArgument],
  options: [
    { flags: '--reason <text>', text: 'what is being done, for all who look' },
    { flags: '--minutes <n>', text: 'it ends by itself after so long' },
    { flags: '--owner <name>', text: 'who answers for it (default: who asks)' },
    jsonOption,
    ...consoleOptions,
  ],
  input: consoleInput.extend({
    target: serverTarget,
    reason: z.string({ error: '--reason is missing' }),
    minutes: z.coerce.number({ error: '--minutes is missing' }).int().positive(),
    owner: z.string().optional(),
    json: z.boolean().default(false),
  }),
  run: async ({ target: { cluster, server }, reason, minutes, owner, json, ...where }, terminal) =>
    await withConsole(where, async (api) => {
      const wanted = { reason, minutes, ...(owner === undefined ? {} : { owner }) };
      const maintenance = await api.setAside(cluster, server, wanted);
      if (json) terminal.json(maintenance);
      else terminal.line(`${server} is in maintenance until ${maintenance.until}: ${reason} (${maintenance.owner})`);
      return exitCode.done;
    }),
});

const end = command({
  name: 'maintenance end',
  summary: 'end the maintenance of a server before its time',
  arguments: [serverArgument],
  options: consoleOptions,
  input: consoleInput.extend({ target: serverTarget }),
  run: async ({ target: { cluster, server }, ...where }, terminal) =>
    await withConsole(where, async (api) => {
      await api.endMaintenance(cluster, server);
      terminal.line(`The maintenance of ${server} has ended.`);
      return exitCode.done;
    }),
});

const list = command({
  name: 'maintenance list',
  summary: 'the servers that are set aside',
  arguments: [{ syntax: '[cluster]', text: 'one cluster; all without it' }],
  options: [jsonOption, ...consoleOptions],
  input: consoleInput.extend({ cluster: z.string().optional(), json: z.boolean().default(false) }),
  run: async ({ cluster, json, ...where }, terminal) =>
    await withConsole(where, async (api) => {
      const rows = aside(cluster === undefined ? await api.clusters() : [await api.cluster(cluster)]);
      if (json) terminal.json(rows);
      else if (rows.length === 0) terminal.line('No server is in maintenance.');
      else for (const line of table(columns, rows)) terminal.line(line);
      return exitCode.done;
    }),
});

export const maintenanceCommands: readonly Command[] = [begin, end, list];

const aside = (clusters: readonly ClusterSnapshot[]) =>
  clusters.flatMap((cluster) =>
    cluster.servers.flatMap(({ name, maintenance }) =>
      maintenance === null ? [] : [{ cluster: cluster.name, server: name, ...maintenance }],
    ),
  );

type Row = ReturnType<typeof aside>[number];
const columns = (['cluster', 'server', 'until', 'owner', 'reason'] as const).map((field) => ({
  title: field.toUpperCase(),
  cell: (row: Row) => row[field],
}));
