/*
 * mariadb_update: what a primary needs after it became one or got a newer MariaDB. Run it as often as you like.
 *   node mariadb-update.ts --socket SOCKET [--defaults-file FILE] [--gate FILE] [--force]
 * Ends with 0 when all is done, 1 when something failed, 2 when the arguments are wrong, 3 when this server is not to be
 * touched: it replicates, is read-only, or its gate is shut.
 */
import { parseArgs } from 'node:util';
import { messageOf } from '../contract/errors.ts';
import { askLocalServer, observeLocalServer } from '../mariadb/local-server.ts';
import { gateStatus } from './gate/status.ts';
import { refusal } from './mariadb-update/refusal.ts';
import { loadTimeZones } from './mariadb-update/time-zones.ts';
import { runTool, targetArguments, type ToolTarget } from './mariadb-update/tool.ts';

const timeoutMs = 10_000;

interface Arguments extends ToolTarget {
  readonly gate: string | undefined;
  readonly force: boolean;
}

function readArguments(): Arguments | null {
  try {
    const { values } = parseArgs({
      options: {
        socket: { type: 'string' },
        'defaults-file': { type: 'string' },
        gate: { type: 'string' },
        force: { type: 'boolean', default: false },
      },
    });
    const { socket, gate, force, 'defaults-file': defaultsFile } = values;
    return socket === undefined ? null : { socket, defaultsFile, gate, force };
  } catch {
    return null;
  }
}

/** Asked again before each act: a takeover may have begun meanwhile. */
async function refused(args: Arguments): Promise<string | null> {
  if (args.gate !== undefined && !(await gateStatus(args.gate))) return `the gate ${args.gate} is shut`;
  return refusal(await askLocalServer(args, timeoutMs, (asked) => observeLocalServer(asked, timeoutMs)));
}

async function update(args: Arguments): Promise<0 | 3> {
  const acts = [
    {
      name: 'mariadb-upgrade',
      act: async () => {
        // It looks for itself whether there is something to upgrade, and says so; it writes no binary log by default.
        await runTool('mariadb-upgrade', [...targetArguments(args), ...(args.force ? ['--force'] : [])]);
        return 'done';
      },
    },
    { name: 'time zones', act: () => loadTimeZones(args) },
  ];
  for (const { name, act } of acts) {
    const reason = await refused(args);
    if (reason !== null) {
      say(`refused before ${name}: ${reason}`);
      return 3;
    }
    say(`${name} …`);
    say(`${name}: ${await act()}`);
  }
  say('mariadb_update: all done');
  return 0;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

const args = readArguments();
if (args === null) {
  process.stderr.write('usage: mariadb-update.ts --socket SOCKET [--defaults-file FILE] [--gate FILE] [--force]\n');
  process.exitCode = 2;
} else {
  try {
    process.exitCode = await update(args);
  } catch (error) {
    say(`mariadb_update failed: ${messageOf(error)}`);
    process.exitCode = 1;
  }
}
