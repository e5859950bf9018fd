import { z } from 'zod';
import { userRole, type NewToken, type TakeoverScope, type Token } from '../../contract/access.ts';
import { BatonError } from '../../contract/errors.ts';
import { readConfiguration } from '../configuration-file.ts';
import { command, configOption, jsonOption, type Command } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { withAccess } from '../store-access.ts';
import { serverTarget } from '../target.ts';
import { table } from '../terminal/table.ts';

const create = command({
  name: 'token create',
  summary: 'make an API token and print it, this once',
  arguments: [{ syntax: '<name>', text: 'what it is for' }],
  options: [
    { flags: '--role <role>', text: 'viewer, operator or admin' },
    { flags: '--takeover <server>', text: 'may plan and run a takeover of CLUSTER/SERVER, and nothing else' },
    { flags: '--days <days>', text: 'valid for so long (default: until it is revoked)' },
    jsonOption,
    configOption,
  ],
  input: z.object({
    config: z.string().optional(),
    json: z.boolean().default(false),
    name: z.string(),
    role: userRole.optional(),
    takeover: serverTarget.optional(),
    days: z.coerce.number().int().positive().optional(),
  }),
  async run({ config, json, name, role, takeover, days }, terminal) {
    if (role !== undefined && takeover !== undefined)
      throw new BatonError('invalid', '--role and --takeover exclude each other.', 'Give one of them.');
    const words = { name, ...(days === undefined ? {} : { expiresInDays: days }) };
    const wanted: NewToken =
      takeover === undefined
        ? { ...words, role: role ?? 'viewer' }
        : { ...words, takeover: await configuredServer(config, takeover) };
    const made = await withAccess(config, async ({ access, actor }) => await access.tokens.create(actor, wanted));
    // The token alone on standard output: `baton token create NAME > FILE` makes a token file.
    if (json) terminal.json(made);
    else terminal.line(made.token);
    terminal.note(`Keep it now: it is not shown again. Revoke it with: baton token revoke "${name}"`);
    return exitCode.done;
  },
});

/** The server as the configuration has it: a name that is mistyped would be found out when it is needed. */
async function configuredServer(config: string | undefined, wanted: TakeoverScope): Promise<TakeoverScope> {
  const { configuration } = await readConfiguration(config);
  const known = Object.entries(configuration.clusters).flatMap(([name, { servers }]) =>
    Object.keys(servers).map((one) => `${name}/${one}`),
  );
  const text = `${wanted.cluster}/${wanted.server}`;
  if (known.includes(text)) return wanted;
  throw new BatonError('not-found', `There is no server ${text} in the configuration.`, '', { known });
}

const roleText = ({ role, takeover }: Token): string =>
  takeover === null ? role : `takeover of ${takeover.cluster}/${takeover.server}`;

const list = command({
  name: 'token list',
  summary: 'the API tokens, without the secrets',
  options: [jsonOption, configOption],
  input: z.object({ config: z.string().optional(), json: z.boolean().default(false) }),
  async run({ config, json }, terminal) {
    const tokens = await withAccess(config, async ({ access, actor }) => await access.tokens.list(actor));
    if (json) terminal.json(tokens);
    else if (tokens.length === 0) terminal.line('There is no token.');
    else {
      const lines = table(
        [
          { title: 'NAME', cell: (token) => token.name },
          { title: 'ROLE', cell: roleText },
          { title: 'CREATED', cell: (token) => token.createdAt },
          { title: 'EXPIRES', cell: (token) => token.expiresAt ?? 'never' },
          { title: 'LAST USED', cell: (token) => token.lastUsedAt ?? 'never' },
        ],
        tokens,
      );
      for (const line of lines) terminal.line(line);
    }
    return exitCode.done;
  },
});

const revoke = command({
  name: 'token revoke',
  summary: 'make a token worthless at once',
  arguments: [{ syntax: '<name>', text: 'name or id' }],
  options: [configOption],
  input: z.object({ config: z.string().optional(), name: z.string() }),
  async run({ config, name }, terminal) {
    await withAccess(config, async ({ access, actor }) => await access.tokens.revoke(actor, name));
    terminal.line(`The token "${name}" is revoked.`);
    return exitCode.done;
  },
});

export const tokenCommands: readonly Command[] = [create, list, revoke];
