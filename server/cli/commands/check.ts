import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Configuration } from '../../contract/configuration.ts';
import type { AgentConfiguration } from '../../contract/configuration/agent.ts';
import { BatonError, messageOf } from '../../contract/errors.ts';
import { levelNumber, verdictLine, type Verdict } from '../../monitoring/verdict.ts';
import { lookAtBackups } from '../check/look-backups.ts';
import { lookAtCertificates } from '../check/look-certificates.ts';
import { lookAtGalera } from '../check/look-galera.ts';
import { lookAtReplication } from '../check/look-replication.ts';
import { command, configOption, jsonOption, type Command, type Option } from '../command.ts';
import { readConfiguration } from '../configuration-file.ts';
import type { ExitCode } from '../exit-code.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** Monitoring gives up after some seconds, and kills: an answer in time is worth more than a complete one. */
const DEADLINE_MS = 4_500;

const input = z.object({
  config: z.string().optional(),
  promise: z.boolean().default(false),
  json: z.boolean().default(false),
  threshold: z
    .string()
    .regex(/^(-1|\d{1,9})$/, 'a whole number of seconds, or -1')
    .transform(Number)
    .optional(),
});
type Input = z.output<typeof input>;

const options: readonly Option[] = [
  { flags: '--promise', text: 'exit 1 for all that is not OK' },
  jsonOption,
  configOption,
];
const details = 'One line within 5 s, for monitoring. Exit codes: 0 OK · 1 WARNING · 2 CRITICAL · 3 UNKNOWN.';

export const checkCommands: readonly Command[] = [
  command({
    name: 'check replication',
    summary: 'is the server beside this command what it was asked to be, and level?',
    details,
    options: [{ flags: '--threshold <seconds>', text: 'how far behind it may be, -1: no limit' }, ...options],
    input,
    run: async (given, terminal) =>
      await answer(given, terminal, async (configuration) =>
        lookAtReplication(agentOf(configuration), given.threshold),
      ),
  }),
  command({
    name: 'check backups',
    summary: 'do the backups of this host come when they should?',
    details,
    options,
    input,
    run: async (given, terminal) =>
      await answer(given, terminal, async (configuration) => lookAtBackups(agentOf(configuration), new Date())),
  }),
  command({
    name: 'check galera',
    summary: 'is the Galera node beside this command Synced in a Primary component?',
    details,
    options,
    input,
    run: async (given, terminal) =>
      await answer(given, terminal, async (configuration) => lookAtGalera(agentOf(configuration))),
  }),
  command({
    name: 'check certificates',
    summary: 'are the certificates of the configuration good, and for how long?',
    details,
    options,
    input,
    run: async (given, terminal) =>
      await answer(given, terminal, async (configuration) => lookAtCertificates(configuration, new Date())),
  }),
];

function agentOf({ agent }: Configuration): AgentConfiguration {
  if (agent) return agent;
  throw new BatonError('invalid', 'the configuration has no agent: section');
}

/** Prints the verdict and answers its number. What can't be looked at is UNKNOWN, never a stack. */
async function answer(
  { config, promise, json }: Input,
  terminal: Terminal,
  look: (configuration: Configuration) => Promise<Verdict>,
): Promise<ExitCode> {
  const late: Verdict = { level: 'unknown', text: `no answer within ${DEADLINE_MS / 1000} s` };
  const looked = readConfiguration(config).then(async ({ configuration }) => await look(configuration));
  const verdict = await Promise.race([
    looked.catch((error: unknown): Verdict => ({ level: 'unknown', text: messageOf(error) })),
    delay(DEADLINE_MS, late, { ref: false }),
  ]);
  if (json) terminal.json(verdict);
  else terminal.line(verdictLine(verdict));
  const number = levelNumber(verdict.level);
  return promise && number > 0 ? 1 : number;
}
