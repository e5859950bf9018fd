import { z } from 'zod';
import type { ClusterSnapshot, ReplicationConnection, ServerSnapshot } from '../../contract/snapshot.ts';
import { command, jsonOption } from '../command.ts';
import { consoleInput, consoleOptions, withConsole } from '../console-api/connect.ts';
import { exitCode } from '../exit-code.ts';
import { age, bytes, seconds } from '../terminal/quantity.ts';
import { table, type Column } from '../terminal/table.ts';

export const status = command({
  name: 'status',
  summary: 'what the front page shows, as a table',
  arguments: [{ syntax: '[cluster]', text: 'one cluster; all without it' }],
  options: [jsonOption, ...consoleOptions],
  input: consoleInput.extend({ cluster: z.string().optional(), json: z.boolean().default(false) }),
  run: async ({ cluster, json, ...where }, terminal) =>
    await withConsole(where, async (api) => {
      const clusters = cluster === undefined ? await api.clusters() : [await api.cluster(cluster)];
      if (json) terminal.json(cluster === undefined ? clusters : clusters[0]);
      else for (const line of statusLines(clusters, Date.now())) terminal.line(line);
      return exitCode.done;
    }),
});

/** The clusters as text, worst problems first. */
function statusLines(clusters: readonly ClusterSnapshot[], nowMs: number): string[] {
  if (clusters.length === 0) return ['No cluster is configured.'];
  return clusters.flatMap((cluster, index) => [...(index === 0 ? [] : ['']), ...clusterLines(cluster, nowMs)]);
}

function clusterLines(cluster: ClusterSnapshot, nowMs: number): string[] {
  const { newestDump } = cluster;
  const dump =
    newestDump === null
      ? 'no dump'
      : `newest dump ${age(newestDump.endedAt, nowMs)} old, ${bytes(newestDump.bytes)}, of ${newestDump.server}`;
  return [
    `${cluster.name}: ${cluster.health}${cluster.sandbox ? ' (sandbox)' : ''}, as of ${age(cluster.observedAt, nowMs)} ago, ${dump}`,
    ...cluster.problems.map(({ level, text, fix }) => `  ${level}: ${text}${fix === null ? '' : ` → ${fix}`}`),
    ...(cluster.operationId === null ? [] : [`  operation ${cluster.operationId} is running`]),
    ...table(columns(nowMs), cluster.servers).map((line) => `  ${line}`),
  ];
}

const columns = (nowMs: number): Column<ServerSnapshot>[] => [
  { title: 'SERVER', cell: (server) => server.name },
  { title: 'ADDRESS', cell: (server) => server.address },
  { title: 'ROLE', cell: (server) => server.role },
  { title: 'STATE', cell: (server) => stateText(server, nowMs) },
  { title: 'LAG', align: 'right', cell: (server) => eachConnection(server, lagText) },
  {
    title: 'BEHIND',
    align: 'right',
    cell: (server) => eachConnection(server, ({ transactionsBehind }) => transactionsBehind?.toString() ?? '–'),
  },
  { title: 'FOLLOWS', cell: (server) => eachConnection(server, ({ primary, source }) => primary ?? source) },
  {
    title: 'IO/SQL',
    cell: (server) => eachConnection(server, ({ ioThread, sqlThread }) => `${ioThread}/${sqlThread}`),
  },
  { title: 'READ-ONLY', cell: ({ readOnly }) => (readOnly === null ? '?' : readOnly ? 'yes' : 'no') },
  {
    title: 'WRITES/S',
    align: 'right',
    cell: ({ writesPerSecond }) => (writesPerSecond === null ? '–' : writesPerSecond.toFixed(1)),
  },
  { title: 'GTID', cell: ({ gtid }) => gtid?.current ?? '' },
];

function eachConnection(server: ServerSnapshot, cell: (connection: ReplicationConnection) => string): string {
  return server.replication.map(cell).join(' ');
}

/** A replica that does not replicate has no lag, and never 0. */
function lagText({ lagSeconds, ioThread, sqlThread }: ReplicationConnection): string {
  if (lagSeconds !== null) return seconds(lagSeconds);
  return ioThread === 'running' && sqlThread === 'running' ? 'unknown' : 'not replicating';
}

function stateText(server: ServerSnapshot, nowMs: number): string {
  const { maintenance } = server;
  const aside =
    maintenance === null
      ? ''
      : `, in maintenance until ${maintenance.until} (${maintenance.owner}: ${maintenance.reason})`;
  const seen = server.observedAt === null ? 'never seen' : age(server.observedAt, nowMs);
  if (server.state === 'up') return `up${aside}`;
  return `${server.state}${server.reason === null ? '' : ` (${server.reason})`}, last seen ${seen === 'never seen' ? 'never' : `${seen} ago`}${aside}`;
}
