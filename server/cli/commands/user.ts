import { z } from 'zod';
import { userRole } from '../../contract/access.ts';
import { command, configOption, jsonOption, type Command, type Option } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { withAccess } from '../store-access.ts';
import { newPassword } from '../terminal/new-password.ts';
import { table } from '../terminal/table.ts';

const passwordOption: Option = {
  flags: '--password-file <file>',
  text: 'file with the password, "-" for standard input (default: asked for)',
};
const named = { syntax: '<username>', text: 'letters, digits and . _ @ -' };
const input = z.object({ config: z.string().optional(), username: z.string() });
const withPassword = input.extend({ passwordFile: z.string().optional() });

const add = command({
  name: 'user add',
  summary: 'add a user',
  arguments: [named],
  options: [{ flags: '--role <role>', text: 'viewer, operator or admin' }, passwordOption, configOption],
  input: withPassword.extend({ role: userRole.default('viewer') }),
  async run({ config, username, role, passwordFile }, terminal) {
    await withAccess(config, async ({ access, actor }) => {
      await access.users.add(actor, { username, role, password: await newPassword(passwordFile, terminal) });
    });
    terminal.line(`${username} may sign in as ${role}.`);
    return exitCode.done;
  },
});

const passwd = command({
  name: 'user passwd',
  summary: 'set a new password and end the user’s sessions',
  arguments: [named],
  options: [passwordOption, configOption],
  input: withPassword,
  async run({ config, username, passwordFile }, terminal) {
    await withAccess(config, async ({ access, actor }) => {
      await access.users.setPassword(actor, username, await newPassword(passwordFile, terminal));
    });
    terminal.line(`The password of ${username} is set; sessions with the old one have ended.`);
    return exitCode.done;
  },
});

const list = command({
  name: 'user list',
  summary: 'who may sign in',
  options: [jsonOption, configOption],
  input: z.object({ config: z.string().optional(), json: z.boolean().default(false) }),
  async run({ config, json }, terminal) {
    const users = await withAccess(config, async ({ access, actor }) => await access.users.list(actor));
    if (json) terminal.json(users);
    else if (users.length === 0) terminal.line('Nobody may sign in yet: baton user add NAME --role admin');
    else {
      const lines = table(
        [
          { title: 'USER', cell: (user) => user.username },
          { title: 'ROLE', cell: (user) => user.role },
          { title: 'SINCE', cell: (user) => user.createdAt },
        ],
        users,
      );
      for (const line of lines) terminal.line(line);
    }
    return exitCode.done;
  },
});

const remove = command({
  name: 'user remove',
  summary: 'remove a user and end the user’s sessions',
  arguments: [named],
  options: [configOption],
  input,
  async run({ config, username }, terminal) {
    await withAccess(config, async ({ access, actor }) => await access.users.remove(actor, username));
    terminal.line(`${username} may not sign in any more.`);
    return exitCode.done;
  },
});

export const userCommands: readonly Command[] = [add, passwd, list, remove];
