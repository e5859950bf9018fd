import { agent } from './commands/agent.ts';
import { backupCommands } from './commands/backup.ts';
import { checkCommands } from './commands/check.ts';
import { configCommands } from './commands/config.ts';
import { console } from './commands/console.ts';
import { dumpCommands } from './commands/dumps.ts';
import { galeraCommands } from './commands/galera.ts';
import { grants } from './commands/grants.ts';
import { maintenanceCommands } from './commands/maintenance.ts';
import { hookCommands } from './commands/hook.ts';
import { operationCommands } from './commands/operations.ts';
import { primaryInit } from './commands/primary.ts';
import { promote } from './commands/promote.ts';
import { replicaCommands } from './commands/replica.ts';
import { rejoin } from './commands/rejoin.ts';
import { sandboxCommands } from './commands/sandbox.ts';
import { serverCommands } from './commands/server.ts';
import { serviceCommands } from './commands/service.ts';
import { status } from './commands/status.ts';
import { tlsCommands } from './commands/tls.ts';
import { tokenCommands } from './commands/token.ts';
import { userCommands } from './commands/user.ts';
import { runProgram } from './program.ts';
import { processTerminal } from './terminal/terminal.ts';
import { leaveParent } from './until-stopped.ts';

const commands = [
  console,
  agent,
  status,
  promote,
  rejoin,
  ...operationCommands,
  ...maintenanceCommands,
  ...galeraCommands,
  ...hookCommands,
  ...serviceCommands,
  ...serverCommands,
  ...dumpCommands,
  ...userCommands,
  ...tokenCommands,
  grants,
  primaryInit,
  ...tlsCommands,
  ...replicaCommands,
  ...backupCommands,
  ...checkCommands,
  ...configCommands,
  ...sandboxCommands,
];

const groups = {
  dumps: 'dumps through the console',
  maintenance: 'servers that are set aside for a while',
  user: 'who may sign in, directly in the store of the configuration',
  token: 'API tokens, directly in the store of the configuration',
  backup: 'the backups of the server beside this command',
  primary: 'what a new replica needs of the server beside this command',
  replica: 'a new replica on this host',
  tls: 'certificates for those who have no authority',
  check: 'one line and an exit code, for monitoring',
  server: 'the database server beside this command',
  service: 'what may only run on a primary, by the agent of its server',
  galera: 'nodes of a Galera cluster, and the cluster brought back from the right one',
  hook: 'programs that go along with a takeover',
  config: 'the configuration file',
  sandbox: 'real throw-away servers on loopback, and what can befall them',
};

process.exitCode = await runProgram(commands, groups, process.argv.slice(2), processTerminal());
leaveParent();
