import { z } from 'zod';
import type { Operation } from '../../contract/operation.ts';
import { command, jsonOption, type Command } from '../command.ts';
import { consoleInput, consoleOptions, withConsole } from '../console-api/connect.ts';
import { exitCode } from '../exit-code.ts';
import { followToEnd } from '../promote/follow-to-end.ts';
import { stepText } from '../promote/follow.ts';
import { outcomeLines } from '../promote/operation-text.ts';
import { table } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';

const operations = command({
  name: 'operations',
  summary: 'what ran and runs; with an ID, its steps',
  arguments: [{ syntax: '[id]', text: 'one operation; its beginning is enough where it is unambiguous' }],
  options: [
    { flags: '--cluster <cluster>', text: 'of one cluster' },
    { flags: '--limit <n>', text: 'how many, newest first (20)' },
    jsonOption,
    ...consoleOptions,
  ],
  input: consoleInput.extend({
    id: z.string().optional(),
    cluster: z.string().optional(),
    limit: z.coerce.number().int().min(1).max(200).default(20),
    json: z.boolean().default(false),
  }),
  run: async ({ id, cluster, limit, json, ...where }, terminal) =>
    await withConsole(where, async (api) => {
      if (id === undefined) {
        const all = await api.operations({ limit, ...(cluster === undefined ? {} : { cluster }) });
        if (json) terminal.json(all);
        else listOperations(all, terminal);
        return exitCode.done;
      }
      const recent = await api.operations({ limit: 200 });
      const matches = recent.filter((operation) => operation.id.startsWith(id));
      const one = await api.operation(matches.length === 1 ? (matches[0]?.id ?? id) : id);
      if (json) terminal.json(one);
      else showOperation(one, terminal);
      return exitCode.done;
    }),
});

const resume = command({
  name: 'resume',
  summary: 'take up an operation that was interrupted, and follow it',
  arguments: [{ syntax: '<id>', text: 'the operation' }],
  options: [jsonOption, ...consoleOptions],
  input: consoleInput.extend({ id: z.string(), json: z.boolean().default(false) }),
  run: async ({ id, json, ...where }, terminal) =>
    await withConsole(where, async (api) => {
      await api.resume(id);
      return await followToEnd(api, id, terminal, json, (operation) => operation);
    }),
});

export const operationCommands: readonly Command[] = [operations, resume];

function listOperations(all: readonly Operation[], terminal: Terminal): void {
  if (all.length === 0) return terminal.line('Nothing ran yet.');
  const lines = table(
    [
      { title: 'ID', cell: (operation) => operation.id },
      { title: 'WHAT', cell: (operation) => operation.title },
      { title: 'CLUSTER', cell: (operation) => operation.cluster },
      { title: 'BY', cell: (operation) => operation.actor },
      { title: 'STARTED', cell: (operation) => operation.startedAt },
      {
        title: 'OUTCOME',
        cell: ({ outcome, dryRun }) => `${outcome ?? 'running'}${dryRun ? ' (dry run)' : ''}`,
      },
    ],
    all,
  );
  for (const line of lines) terminal.line(line);
}

function showOperation(operation: Operation, terminal: Terminal): void {
  terminal.line(`${operation.title}, by ${operation.actor}, ${operation.startedAt}`);
  for (const step of operation.steps) {
    terminal.line(stepText(step) ?? `    ${step.name} (${step.server}): ${step.state}`);
  }
  for (const { at, text } of operation.interruptions) terminal.line(`  … ${at}: ${text}`);
  if (operation.cancelAsked)
    terminal.line(`  … ${operation.cancelAsked.at}: cancel asked by ${operation.cancelAsked.by}`);
  for (const line of outcomeLines(operation)) terminal.line(line);
}
