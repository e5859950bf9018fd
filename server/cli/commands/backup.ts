import { z } from 'zod';
import type { AgentClient } from '../../agent/client.ts';
import { localAgent } from '../../agent/local-agent.ts';
import { readSummaries } from '../../backups/summaries.ts';
import type { Dump } from '../../contract/dumps.ts';
import { BatonError } from '../../contract/errors.ts';
import { followTaking, followVerifying, provenCell } from '../backups/follow.ts';
import { command, configOption, jsonOption, type Command } from '../command.ts';
import { agentSection } from '../configuration-file.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { age, bytes } from '../terminal/quantity.ts';
import { table } from '../terminal/table.ts';

const input = z.object({ config: z.string().optional(), json: z.boolean().default(false) });
const options = [jsonOption, configOption];

const take = command({
  name: 'backup take',
  summary: 'take a backup now, and follow it to its end',
  details: 'By the first of agent.backups.method, or as asked. The agent of this host takes it: one at a time.',
  options: [
    { flags: '--method <method>', text: 'dump or mariabackup (full or incremental, as agent.backups.full says)' },
    { flags: '--full', text: 'by mariabackup, and full in any case' },
    { flags: '--database <name>', text: 'a dump of this database alone' },
    ...options,
  ],
  input: input
    .extend({
      method: z.enum(['dump', 'mariabackup']).optional(),
      full: z.boolean().default(false),
      database: z.string().optional(),
    })
    .refine(({ method, full }) => !full || method !== 'dump', { path: ['full'], message: 'not with --method dump' })
    .refine(({ method, full, database }) => database === undefined || (!full && method !== 'mariabackup'), {
      path: ['database'],
      message: 'only a dump can be of one database',
    }),
  run: async ({ config, json, method, full, database }, terminal) =>
    await atAgent(config, async (agent) => {
      const asked = full ? 'mariabackup-full' : method;
      const { id } = await agent.takeBackup({
        ...(asked === undefined ? {} : { method: asked }),
        ...(database === undefined ? {} : { database }),
      });
      return await followTaking(() => agent.backupRun(id), json, terminal);
    }),
});

const list = command({
  name: 'backup list',
  summary: 'the backups on this host that can be restored, newest first',
  options,
  input,
  async run({ config, json }, terminal) {
    const { backups } = await agentSection(config, '');
    if (!backups) throw new BatonError('invalid', 'The configuration has no agent.backups: section.');
    const found = await readSummaries(backups.directory);
    if (json) terminal.json(found);
    else if (found.length === 0) terminal.line('There is no backup.');
    else for (const line of listed(found, Date.now())) terminal.line(line);
    return exitCode.done;
  },
});

const verify = command({
  name: 'backup verify',
  summary: 'restore a backup into a throw-away server, check every table, and record what was found beside it',
  details: 'The agent of this host does it, behind all else. Exit codes: 0 it is good · 1 it is not · 6 not found out.',
  arguments: [{ syntax: '[name]', text: 'its name (default: the newest)' }],
  options,
  input: input.extend({ name: z.string().optional() }),
  run: async ({ config, json, name }, terminal) =>
    await atAgent(config, async (agent) => {
      const { id } = await agent.verifyBackup(name ?? (await newest(agent)));
      return await followVerifying(() => agent.verifyRun(id), json, terminal);
    }),
});

const prune = command({
  name: 'backup prune',
  summary: 'remove the backups that agent.backups.keep no longer keeps',
  options,
  input,
  run: async ({ config, json }, terminal) =>
    await atAgent(config, async (agent) => {
      const removed = await agent.pruneBackups();
      if (json) terminal.json({ removed });
      else for (const line of removed.length === 0 ? ['Nothing is too old.'] : removed) terminal.line(line);
      return exitCode.done;
    }),
});

export const backupCommands: readonly Command[] = [take, list, verify, prune];

async function atAgent(config: string | undefined, act: (agent: AgentClient) => Promise<ExitCode>): Promise<ExitCode> {
  const agent = await localAgent(await agentSection(config, ''));
  try {
    return await act(agent);
  } finally {
    agent.close();
  }
}

async function newest(agent: AgentClient): Promise<string> {
  const [first] = await agent.backups();
  if (first) return first.name;
  throw new BatonError('not-found', 'There is no backup yet.', 'Take one: baton backup take.');
}

function listed(dumps: readonly Dump[], nowMs: number): string[] {
  return table(
    [
      { title: 'NAME', cell: ({ name }) => name },
      { title: 'METHOD', cell: ({ method, database }) => (database === null ? method : `${method} of ${database}`) },
      { title: 'SIZE', align: 'right', cell: (dump) => bytes(dump.bytes) },
      { title: 'AGE', align: 'right', cell: ({ endedAt }) => age(endedAt, nowMs) },
      { title: 'BUILDS ON', cell: ({ base }) => base ?? '' },
      { title: 'PROVEN', cell: ({ verified }) => provenCell(verified, nowMs) },
    ],
    dumps,
  );
}
