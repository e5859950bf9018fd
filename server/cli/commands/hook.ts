import { z } from 'zod';
import { command, jsonOption, type Command } from '../command.ts';
import { consoleInput, consoleOptions, withConsole } from '../console-api/connect.ts';
import { followToEnd } from '../promote/follow-to-end.ts';

const run = command({
  name: 'hook run',
  summary: 'run a hook of a takeover that has ended again, and follow it',
  arguments: [
    { syntax: '<operation>', text: 'the takeover that the hook belongs to' },
    { syntax: '<hook>', text: 'its name in the configuration' },
  ],
  options: [jsonOption, ...consoleOptions],
  input: consoleInput.extend({ operation: z.string(), hook: z.string(), json: z.boolean().default(false) }),
  run: async ({ operation, hook, json, ...where }, terminal) =>
    await withConsole(where, async (api) => {
      const id = await api.runHook(operation, hook);
      return await followToEnd(api, id, terminal, json, (view) => view);
    }),
});

export const hookCommands: readonly Command[] = [run];
