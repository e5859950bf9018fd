import { join } from 'node:path';
import { z } from 'zod';
import { backupRequest } from '../../contract/agent.ts';
import { isWholeByItself } from '../../contract/dump-proof.ts';
import type { Dump } from '../../contract/dumps.ts';
import { BatonError } from '../../contract/errors.ts';
import { followTaking, followVerifying, provenCell } from '../backups/follow.ts';
import { command, jsonOption, type Command } from '../command.ts';
import { consoleInput, consoleOptions, withConsole } from '../console-api/connect.ts';
import { download } from '../download/download.ts';
import { exitCode } from '../exit-code.ts';
import { age, bytes } from '../terminal/quantity.ts';
import { table } from '../terminal/table.ts';

const list = command({
  name: 'dumps list',
  summary: 'the dumps of all servers of a cluster, newest first',
  arguments: [{ syntax: '<cluster>', text: 'the cluster' }],
  options: [jsonOption, ...consoleOptions],
  input: consoleInput.extend({ cluster: z.string(), json: z.boolean().default(false) }),
  run: async ({ cluster, json, ...where }, terminal) =>
    await withConsole(where, async (api) => {
      const dumps = await api.dumps(cluster);
      if (json) terminal.json(dumps);
      else if (dumps.length === 0) terminal.line('There is no dump.');
      else for (const line of dumpTable(dumps, Date.now())) terminal.line(line);
      return exitCode.done;
    }),
});

const get = command({
  name: 'dumps get',
  summary: 'download a dump, going on with a broken download, and check it',
  arguments: [
    { syntax: '<cluster>', text: 'the cluster' },
    { syntax: '[server]', text: 'whose dump (default: the newest of all)' },
    { syntax: '[name]', text: 'its name, or latest' },
  ],
  options: [
    { flags: '-o, --output <file>', text: 'where to (default: its name, in this folder)' },
    jsonOption,
    ...consoleOptions,
  ],
  input: consoleInput.extend({
    cluster: z.string(),
    server: z.string().optional(),
    name: z.string().optional(),
    output: z.string().optional(),
    json: z.boolean().default(false),
  }),
  run: async ({ cluster, server, name, output, json, ...where }, terminal) =>
    await withConsole(where, async (api) => {
      const dump = choose(await api.dumps(cluster), cluster, server, name);
      const file = output ?? join('.', dump.name);
      const path = `/clusters/${[cluster, 'dumps', dump.server, dump.name].map(encodeURIComponent).join('/')}`;
      const total = bytes(dump.bytes);
      const progress = (there: number): void =>
        terminal.progress(`${dump.name}: ${bytes(there)} of ${total} (${Math.floor((100 * there) / dump.bytes)} %)`);
      const { resumedAtBytes } = await download(api.address, { path, file, ...dump, progress }).finally(() =>
        terminal.progress(''),
      );
      if (json) terminal.json({ file, ...dump });
      else {
        if (resumedAtBytes > 0) terminal.note(`Went on at ${bytes(resumedAtBytes)}.`);
        terminal.line(`${file}: ${total} of ${dump.server} at ${dump.gtid}, SHA-256 as in the catalogue`);
      }
      return exitCode.done;
    }),
});

const serverArgument = { syntax: '<server>', text: 'the server' };

const take = command({
  name: 'dumps take',
  summary: 'have a server’s agent take a backup now, and follow it to its end',
  arguments: [{ syntax: '<cluster>', text: 'the cluster' }, serverArgument],
  options: [
    { flags: '--method <method>', text: 'dump, mariabackup or mariabackup-full (default: the first that it makes)' },
    { flags: '--database <name>', text: 'a dump of this database alone' },
    jsonOption,
    ...consoleOptions,
  ],
  input: consoleInput.extend({
    cluster: z.string(),
    server: z.string(),
    method: backupRequest.shape.method,
    database: z.string().optional(),
    json: z.boolean().default(false),
  }),
  run: async ({ cluster, server, method, database, json, ...where }, terminal) =>
    await withConsole(where, async (api) => {
      const { id } = await api.takeBackup(cluster, server, {
        ...(method === undefined ? {} : { method }),
        ...(database === undefined ? {} : { database }),
      });
      return await followTaking(() => api.backupRun(cluster, server, id), json, terminal);
    }),
});

const verify = command({
  name: 'dumps verify',
  summary: 'have a dump restored into a throw-away server on the host of its agent, checked and compared',
  details: 'Exit codes: 0 it is good · 1 it is not · 6 that could not be found out.',
  arguments: [
    { syntax: '<cluster>', text: 'the cluster' },
    { syntax: '[server]', text: 'whose dump (default: the newest of all)' },
    { syntax: '[name]', text: 'its name, or latest' },
  ],
  options: [jsonOption, ...consoleOptions],
  input: consoleInput.extend({
    cluster: z.string(),
    server: z.string().optional(),
    name: z.string().optional(),
    json: z.boolean().default(false),
  }),
  run: async ({ cluster, server, name, json, ...where }, terminal) =>
    await withConsole(where, async (api) => {
      const dump = choose(await api.dumps(cluster), cluster, server, name);
      const { id } = await api.verifyDump(cluster, dump);
      return await followVerifying(() => api.verifyRun(cluster, dump.server, id), json, terminal);
    }),
});

export const dumpCommands: readonly Command[] = [list, get, take, verify];

/** "erp5" or "erp5 latest": the newest of all; "erp5 db-2": the newest of db-2. Throws 'not-found' with what there is. */
function choose(dumps: readonly Dump[], cluster: string, server?: string, name?: string): Dump {
  const ofServer = server === undefined || server === 'latest' ? dumps : dumps.filter((dump) => dump.server === server);
  const wanted =
    name === undefined || name === 'latest'
      ? ofServer.filter((dump) => isWholeByItself(dump))
      : ofServer.filter((dump) => dump.name === name);
  const [newest] = wanted.toSorted((a, b) => Date.parse(b.endedAt) - Date.parse(a.endedAt));
  if (newest !== undefined) return newest;
  const asked = [server, name].filter((part) => part !== undefined).join(' ');
  throw new BatonError('not-found', `${cluster} has no dump${asked === '' ? '' : ` "${asked}"`}.`, '', {
    known: dumps.map((dump) => `${dump.server} ${dump.name}`),
  });
}

function dumpTable(dumps: readonly Dump[], nowMs: number): string[] {
  return table(
    [
      { title: 'SERVER', cell: (dump) => dump.server },
      { title: 'NAME', cell: (dump) => dump.name },
      { title: 'METHOD', cell: (dump) => dump.method },
      { title: 'SIZE', align: 'right', cell: (dump) => bytes(dump.bytes) },
      { title: 'AGE', align: 'right', cell: (dump) => age(dump.endedAt, nowMs) },
      { title: 'PROVEN', cell: (dump) => provenCell(dump.verified, nowMs) },
      { title: 'GTID', cell: (dump) => dump.gtid },
    ],
    dumps,
  );
}
