import { resolve } from 'node:path';
import { z } from 'zod';
import { existingData, type InitEnd } from '../../bootstrap/replica-init.ts';
import { replicaTls } from '../../bootstrap/secured.ts';
import { BatonError } from '../../contract/errors.ts';
import type { ReplicaParameters } from '../../contract/parameters.ts';
import { command, configOption, jsonOption, type Command } from '../command.ts';
import { consoleInput, consoleOptions, withConsole } from '../console-api/connect.ts';
import { agentSection } from '../configuration-file.ts';
import { exitCode, type ExitCode } from '../exit-code.ts';
import { replicaRun } from './replica-run.ts';
import { endText, readWanted, runInit } from '../replica/run-init.ts';
import { secureFields, secureOptions } from '../replica/secure-options.ts';
import { serverArgument, serverTarget } from '../target.ts';
import { untilStopped } from '../until-stopped.ts';

const init = command({
  name: 'replica init',
  summary: 'the data directory of a new replica, on a server whose database is not initialised yet',
  details:
    'Takes the first copy from bootstrap-url and follows primary-url, waits until it replicates, and leaves a data directory ' +
    'that replicates as soon as mariadbd is started on it. Where there is a database already it does nothing. What was ' +
    'interrupted is begun anew by the next run.',
  options: [
    { flags: '--defaults-file <file>', text: "the server's options file (default: that of the agent, with --config)" },
    { flags: '--parameters <file>', text: 'JSON as `baton primary init` prints it; - reads standard input' },
    ...secureOptions,
    jsonOption,
    configOption,
  ],
  input: z.object({
    defaultsFile: z.string().optional(),
    parameters: z.string().optional(),
    ...secureFields,
    config: z.string().optional(),
    json: z.boolean().default(false),
  }),
  async run({ defaultsFile, parameters, config, json, ca, crl, certificate, key, verifyServer }, terminal) {
    const agent = config === undefined ? null : await agentSection(config);
    const options = defaultsFile ?? agent?.server.defaultsFile;
    const file = parameters ?? agent?.parametersFile;
    const tell = (end: InitEnd, primary: ReplicaParameters['primary']): ExitCode => {
      if (json) terminal.json(end);
      else terminal.line(endText(end, primary));
      return exitCode.done;
    };
    if (options === undefined) throw new BatonError('invalid', 'Which server? Name its --defaults-file.');
    // First: parameters and certificates of that time may be gone by now.
    const there = await existingData(resolve(options));
    if (there) return tell(there, null);
    if (file === undefined) throw new BatonError('invalid', 'A replica of whom? Name its --parameters.');
    const { wanted } = await readWanted(file, terminal);
    const stopped = new AbortController();
    void untilStopped().then(() => stopped.abort(new BatonError('unavailable', 'Stopped: nothing is left of it.')));
    const run = {
      defaultsFile: resolve(options),
      wanted,
      tls: replicaTls({ ca, crl, certificate, key, verifyServer }, agent, wanted),
      accountFiles: agent?.server.defaultsFile === undefined ? [] : [agent.server.defaultsFile],
      persistFile: agent?.server.persistFile ?? null,
      signal: stopped.signal,
    };
    return tell(await runInit(run, terminal), wanted.primary);
  },
});

const parameters = command({
  name: 'replica parameters',
  summary: 'what a new replica of a server needs, from the console: JSON for `baton replica init`',
  details: 'It holds a password, and a token that reads backups for a day. Each time is in the audit.',
  arguments: [{ ...serverArgument, text: `the server that it is to follow: ${serverArgument.text}` }],
  options: consoleOptions,
  input: consoleInput.extend({ target: serverTarget }),
  run: async ({ target, ...where }, terminal) =>
    await withConsole(where, async (api) => {
      terminal.json(await api.connectionParameters(target.cluster, target.server));
      return exitCode.done;
    }),
});

export const replicaCommands: readonly Command[] = [init, replicaRun, parameters];
