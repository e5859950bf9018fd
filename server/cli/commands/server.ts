import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { wantedAccounts, type WantedAccounts } from '../../contract/accounts.ts';
import { BatonError, messageOf } from '../../contract/errors.ts';
import { SqlError } from '../../mariadb/sql-error.ts';
import { updateServer } from '../../services/mariadb-update.ts';
import { command, configOption, type Command } from '../command.ts';
import { agentSection } from '../configuration-file.ts';
import { exitCode } from '../exit-code.ts';

const update = command({
  name: 'server update',
  summary: 'mariadb_update: system tables, users and grants, time zones, on the primary beside this command',
  details:
    'Safe to repeat. Refuses, with 3, on a server that replicates or is read-only, or whose gate is shut. One line a step; ' +
    '1: a step failed.',
  options: [
    { flags: '--users <file>', text: 'YAML with the databases, users and grants that are to be there' },
    { flags: '--set-passwords', text: 'users that are there get the passwords of their files too' },
    { flags: '--gate <file>', text: 'do nothing unless this file is there' },
    { flags: '--force', text: 'upgrade the system tables though they are of this version' },
    { flags: '--socket <path>', text: 'the server (default: agent.server of the configuration)' },
    { flags: '--defaults-file <file>', text: 'options file with the account, beside --socket' },
    configOption,
  ],
  input: z.object({
    config: z.string().optional(),
    socket: z.string().optional(),
    defaultsFile: z.string().optional(),
    users: z.string().optional(),
    gate: z.string().optional(),
    force: z.boolean().default(false),
    setPasswords: z.boolean().default(false),
  }),
  async run({ config, socket, defaultsFile, users, gate, force, setPasswords }, terminal) {
    const accounts = users === undefined ? null : await readAccounts(users);
    const target = socket === undefined ? await configuredServer(config) : { socket, defaultsFile };
    try {
      const refused = await updateServer({ ...target, accounts, gate, force, setPasswords }, (line) =>
        terminal.line(line),
      );
      if (refused === null) return exitCode.done;
      terminal.line(refused);
      return exitCode.refused;
    } catch (error) {
      const where = error instanceof SqlError ? `the server at ${target.socket}: ` : '';
      throw new BatonError(
        'unavailable',
        `mariadb_update failed: ${where}${messageOf(error)}`,
        'It is safe to repeat.',
      );
    }
  },
});

async function configuredServer(config: string | undefined) {
  const { socket, defaultsFile } = (await agentSection(config, 'Name the server with --socket.')).server;
  return { socket, defaultsFile };
}

/** Relative passwordFiles count from the folder of the file. */
async function readAccounts(file: string): Promise<WantedAccounts> {
  const invalid = (reason: string): BatonError => new BatonError('invalid', `${file}: ${reason}`);
  const document: unknown = await readFile(file, 'utf8')
    .then((text): unknown => parse(text))
    .catch((error: unknown) => {
      throw invalid(messageOf(error));
    });
  const read = wantedAccounts.safeParse(document ?? {});
  if (!read.success) {
    throw invalid(read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
  }
  const users = read.data.users.map((user) => ({ ...user, passwordFile: resolve(dirname(file), user.passwordFile) }));
  return { ...read.data, users };
}

export const serverCommands: readonly Command[] = [update];
