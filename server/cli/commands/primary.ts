import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { initPrimary, type InitializedPrimary } from '../../bootstrap/primary-init.ts';
import type { AgentConfiguration } from '../../contract/configuration/agent.ts';
import { connectionParameters, type ConnectionParameters } from '../../contract/connection-parameters.ts';
import { BatonError } from '../../contract/errors.ts';
import { baseUrl, parseListenAddress } from '../../contract/listen-address.ts';
import { replaceFile } from '../../files/durable-file.ts';
import { askLocalServer } from '../../mariadb/local-server.ts';
import { SqlError } from '../../mariadb/sql-error.ts';
import { command, configOption } from '../command.ts';
import { readConfiguration } from '../configuration-file.ts';
import { exitCode } from '../exit-code.ts';

const CONNECT_MS = 10_000;

export const primaryInit = command({
  name: 'primary init',
  summary: 'the account for replication on the server beside this command, and what a new replica needs',
  details:
    'Follows agent.primary of the configuration; safe to repeat. Prints the connection parameters as JSON: they hold the ' +
    'password. On a replica it changes nothing.',
  options: [
    { flags: '--rotate', text: 'a new password; the old one is taken too, until --retire' },
    { flags: '--require-ssl', text: 'replicas must speak TLS (agent.primary.require: ssl)' },
    { flags: '--require-x509', text: 'replicas must show a certificate that ssl_ca of the server vouches for (x509)' },
    { flags: '--retire', text: 'only the password in the file is taken from now on' },
    configOption,
  ],
  input: z
    .object({
      config: z.string().optional(),
      rotate: z.boolean().default(false),
      retire: z.boolean().default(false),
      requireSsl: z.boolean().default(false),
      requireX509: z.boolean().default(false),
    })
    .refine(({ rotate, retire }) => !(rotate && retire), { path: ['rotate'], message: 'not together with --retire' }),
  async run({ config, rotate, retire, requireSsl, requireX509 }, terminal) {
    const { file, configuration } = await readConfiguration(config);
    const { agent } = configuration;
    const section = agent?.primary;
    if (!agent || !section) {
      throw new BatonError('invalid', `${file}: there is no agent.primary: section.`, 'It names the passwordFile.');
    }
    const { user, from, passwordFile } = section;
    const require = requireX509 ? 'x509' : requireSsl ? 'ssl' : (section.require ?? null);
    const address = section.address === undefined ? null : hostAndPort(section.address);
    const password = rotate ? 'rotate' : retire ? 'retire' : 'keep';
    const initialized = await atServer(agent, { user, from, require, passwordFile, address, password });
    const parameters = await parametersOf(agent, section, initialized);
    if (section.parametersFile !== undefined) {
      await replaceFile(section.parametersFile, `${JSON.stringify(parameters, null, 2)}\n`);
    }
    terminal.note(initialized.text);
    if (parameters['replication-primary-url'] === '') {
      terminal.note('The server does not say where replicas find it: set report_host, or agent.primary.address.');
    }
    terminal.json(parameters);
    return exitCode.done;
  },
});

async function atServer(
  { server: { socket, defaultsFile } }: AgentConfiguration,
  init: Parameters<typeof initPrimary>[1],
): Promise<InitializedPrimary> {
  try {
    return await askLocalServer({ socket, defaultsFile }, CONNECT_MS, (asked) => initPrimary(asked, init));
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    throw new BatonError(
      'unavailable',
      `The server at ${socket}: ${error.message}.`,
      'Look at it, then run this again: it is safe to repeat.',
    );
  }
}

async function parametersOf(
  agent: AgentConfiguration,
  { user, clusterUrl }: NonNullable<AgentConfiguration['primary']>,
  { password, address, withTls }: InitializedPrimary,
): Promise<ConnectionParameters> {
  const listen = parseListenAddress(agent.listen);
  const served = agent.backups !== undefined && listen.kind === 'tcp' && listen.port > 0;
  // With a list of certificates a replica shows its own instead.
  const tokenFile = agent.tls?.clients === undefined ? agent.readerTokenFile : undefined;
  return connectionParameters({
    user,
    password,
    address,
    agentUrl: served ? baseUrl(listen, listen.port, agent.tls !== undefined) : null,
    bootstrapToken: tokenFile === undefined ? null : (await readFile(tokenFile, 'utf8')).trim(),
    bootstrapFingerprint: null,
    withTls,
    takeoverUrl: clusterUrl === undefined ? '' : `${clusterUrl.replace(/\/$/, '')}/takeover/${agent.name ?? ''}`,
  });
}

function hostAndPort(text: string): { host: string; port: number } {
  const address = parseListenAddress(text);
  if (address.kind === 'unix') throw new Error('the schema lets no socket through');
  return address;
}
