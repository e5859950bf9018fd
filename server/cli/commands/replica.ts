import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { initFailure, initReplica, type InitEnd, type InitStage } from '../../bootstrap/replica-init.ts';
import type { AgentConfiguration } from '../../contract/configuration.ts';
import { BatonError, messageOf } from '../../contract/errors.ts';
import { addressText } from '../../contract/listen-address.ts';
import { readParameters, type ReplicaParameters } from '../../contract/parameters.ts';
import { noSsl } from '../../mariadb/change-primary.ts';
import { command, configOption, jsonOption } from '../command.ts';
import { readConfiguration } from '../configuration-file.ts';
import { exitCode } from '../exit-code.ts';
import { Rate, receivingLine, stageBegins } from '../replica/stage-text.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { untilStopped } from '../until-stopped.ts';

export const replicaInit = command({
  name: 'replica init',
  summary: 'the data directory of a new replica, on a server whose database is not initialised yet',
  details:
    'Takes the first copy from bootstrap-url and follows primary-url, waits until it replicates, and leaves a data directory ' +
    'that replicates as soon as mariadbd is started on it. Where there is a database already it does nothing. What was ' +
    'interrupted is begun anew by the next run.',
  options: [
    { flags: '--defaults-file <file>', text: "the server's options file (default: that of the agent, with --config)" },
    { flags: '--parameters <file>', text: 'JSON as `baton primary init` prints it; - reads standard input' },
    jsonOption,
    configOption,
  ],
  input: z.object({
    defaultsFile: z.string().optional(),
    parameters: z.string().optional(),
    config: z.string().optional(),
    json: z.boolean().default(false),
  }),
  async run({ defaultsFile, parameters, config, json }, terminal) {
    const agent = config === undefined ? null : await agentSection(config);
    const options = defaultsFile ?? agent?.server.defaultsFile;
    const file = parameters ?? agent?.parametersFile;
    if (options === undefined) throw new BatonError('invalid', 'Which server? Name its --defaults-file.');
    if (file === undefined) throw new BatonError('invalid', 'A replica of whom? Name its --parameters.');
    const wanted = await parametersIn(file, terminal);
    const stopped = new AbortController();
    void untilStopped().then(() =>
      stopped.abort(new BatonError('unavailable', 'It was stopped; nothing is left of it.')),
    );
    const end = await initReplica({
      defaultsFile: resolve(options),
      parameters: wanted,
      access: { token: wanted.bootstrapToken },
      ssl: noSsl,
      primaryTls: undefined,
      accountFiles: agent?.server.defaultsFile === undefined ? [] : [agent.server.defaultsFile],
      persistFile: agent?.server.persistFile ?? null,
      signal: stopped.signal,
      onStage: shows(terminal),
    }).catch((error: unknown) => {
      throw initFailure(error);
    });
    if (json) terminal.json(end);
    else terminal.line(endText(end, wanted));
    return exitCode.done;
  },
});

async function agentSection(config: string): Promise<AgentConfiguration> {
  const { file, configuration } = await readConfiguration(config);
  if (configuration.agent) return configuration.agent;
  throw new BatonError('invalid', `${file}: there is no agent: section.`, 'Name the configuration of an agent.');
}

async function parametersIn(file: string, terminal: Terminal): Promise<ReplicaParameters> {
  const text =
    file === '-'
      ? await terminal.read()
      : await readFile(file, 'utf8').catch((error: unknown) => {
          throw new BatonError('invalid', `The parameters can't be read: ${messageOf(error)}.`);
        });
  const read = readParameters(text);
  if (read.kind === 'read') return read.parameters;
  throw new BatonError('invalid', `${file === '-' ? 'Standard input' : file}: ${read.text}.`);
}

/** Says each stage once, and counts what comes in between. */
function shows(terminal: Terminal): (stage: InitStage) => void {
  const rate = new Rate();
  let shown = '';
  return (stage) => {
    if (stage.kind !== shown) {
      shown = stage.kind;
      terminal.note(stageBegins(stage));
    }
    if (stage.kind === 'receiving') {
      terminal.progress(receivingLine(stage.bytes, stage.totalBytes, rate.at(performance.now() / 1000, stage.bytes)));
    }
    if (stage.kind === 'replicating' && stage.transactionsBehind !== null) {
      terminal.progress(`${stage.transactionsBehind} transactions behind`);
    }
  };
}

function endText(end: InitEnd, { primary }: ReplicaParameters): string {
  if (end.kind === 'data-exist') return `${end.dataDirectory} holds a database already: nothing was done.`;
  const from = end.copy.length === 0 ? '' : `, from ${end.copy.join(' and ')} (${end.gtid})`;
  const behind = end.transactionsBehind > 0 ? `, ${end.transactionsBehind} transactions behind so far` : '';
  const how = end.heldBack
    ? 'its options hold replication back (skip_slave_start): START SLAVE is needed'
    : 'start mariadbd on it, and it goes on';
  return `${end.dataDirectory} replicates from ${primary ? addressText(primary) : 'its primary'}${from}${behind}: ${how}.`;
}
