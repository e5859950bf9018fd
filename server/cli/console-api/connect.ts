import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { z } from 'zod';
import type { Configuration } from '../../contract/configuration.ts';
import { BatonError } from '../../contract/errors.ts';
import { configOption, type Option } from '../command.ts';
import { withStoreOf } from '../store-access.ts';
import { consoleSection } from '../configuration-file.ts';
import { consoleApi, type ConsoleApi } from './api.ts';
import type { ConsoleAddress } from './call.ts';

/** How a command that goes through the console is told which one. */
export const consoleOptions: readonly Option[] = [
  { flags: '--url <url>', text: 'the console (default: console.url of the configuration)', env: 'BATON_URL' },
  {
    flags: '--token-file <file>',
    text: 'file with an API token (default: BATON_TOKEN, else one is made for this command in the configuration’s store)',
    env: 'BATON_TOKEN_FILE',
  },
  { flags: '--ca <file>', text: 'certificate to trust, PEM (default: the configuration’s own)', env: 'BATON_CA' },
  configOption,
];

/** In the names of the tokens that commands make for themselves. */
const ownTokens = '(command line';

export const consoleInput = z.object({
  url: z.string().optional(),
  tokenFile: z.string().optional(),
  ca: z.string().optional(),
  config: z.string().optional(),
});
export type ConsoleInput = z.infer<typeof consoleInput>;

/**
 * Runs `work` with the console that the options name. Without a token file, who can write the configuration's store may do
 * all anyway: a token is made there for the length of this command, and shows in the audit under the system user's name.
 */
export async function withConsole<T>(where: ConsoleInput, work: (api: ConsoleApi) => Promise<T>): Promise<T> {
  // In the environment, never on the command line, which everybody on the host can read.
  const given = process.env['BATON_TOKEN'] ?? '';
  const hasToken = where.tokenFile !== undefined || given !== '';
  const own = where.url !== undefined && hasToken ? null : await consoleSection(where.config);
  const url = where.url ?? own?.url;
  if (url === undefined || !URL.canParse(url)) {
    throw new BatonError('invalid', `--url ${url ?? ''}: not an address such as https://console.example.com`);
  }
  const caFile = where.ca ?? own?.tls?.certificate;
  const ca = caFile === undefined ? undefined : await readFile(caFile, 'utf8');
  const shown = await shownBy(own?.tls);
  const open = async (token: string): Promise<T> =>
    await work(consoleApi({ url, token, ...(ca === undefined ? {} : { ca }), ...shown }));

  if (where.tokenFile !== undefined) return await open(await readToken(where.tokenFile));
  if (given !== '') return await open(given);
  if (own === null)
    throw new BatonError('invalid', 'There is no token.', 'Name a file with --token-file or BATON_TOKEN_FILE.');
  return await withStoreOf(own, async ({ access, actor }) => {
    // Those of commands that were killed.
    const left = (await access.tokens.list(actor)).filter(
      ({ name, expiresAt }) => name.includes(ownTokens) && expiresAt !== null && Date.parse(expiresAt) < Date.now(),
    );
    for (const { id } of left) await access.tokens.revoke(actor, id);
    const name = `${userInfo().username} ${ownTokens}, ${process.pid}-${Date.now().toString(36)})`;
    const { id, token } = await access.tokens.create(actor, { name, role: 'admin', expiresInDays: 1 });
    try {
      return await open(token);
    } finally {
      await access.tokens.revoke(actor, id);
    }
  });
}

/** Of a console that asks for certificates, its own: who runs a command with its configuration is no stranger to it. */
async function shownBy(tls: ConsoleTls): Promise<Pick<ConsoleAddress, 'certificate' | 'key'>> {
  if (tls?.clientCa === undefined) return {};
  return { certificate: await readFile(tls.certificate, 'utf8'), key: await readFile(tls.key, 'utf8') };
}
type ConsoleTls = NonNullable<Configuration['console']>['tls'];

async function readToken(file: string): Promise<string> {
  const token = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new BatonError('invalid', `The token file can't be read: ${error instanceof Error ? error.message : file}.`);
  });
  return token.trim();
}
