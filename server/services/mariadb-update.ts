import type { WantedAccounts } from '../contract/accounts.ts';
import { askLocalServer, observeLocalServer } from '../mariadb/local-server.ts';
import { gateStatus } from './gate/status.ts';
import { ensureAccounts } from './mariadb-update/accounts.ts';
import { refusal } from './mariadb-update/refusal.ts';
import { loadTimeZones } from './mariadb-update/time-zones.ts';
import { runTool, targetArguments, type ToolTarget } from './mariadb-update/tool.ts';

const timeoutMs = 10_000;

export interface UpdateRequest extends ToolTarget {
  /** The file whose presence lets the update run. */
  readonly gate: string | undefined;
  /** Upgrade the system tables though they are of this version. */
  readonly force: boolean;
  /** Databases and accounts that are to be there. */
  readonly accounts: WantedAccounts | null;
  readonly setPasswords: boolean;
}

/**
 * mariadb_update: what a primary needs after it became one or got a newer MariaDB. Run it as often as you like: what is as
 * it should be is left alone. Says a line for each step as it begins and as it ends. Answers null, or why this server is
 * not to be touched: it replicates, is read-only, or its gate is shut; asked again before each step, since a takeover may
 * have begun meanwhile. Rejects when a step failed.
 */
export async function updateServer(request: UpdateRequest, say: (line: string) => void): Promise<string | null> {
  for (const { name, act } of stepsOf(request)) {
    const reason = await refused(request);
    if (reason !== null) return `refused before ${name}: ${reason}`;
    say(`${name} …`);
    say(`${name}: ${await act()}`);
  }
  say('mariadb_update: all done');
  return null;
}

function stepsOf(request: UpdateRequest): { name: string; act: () => Promise<string> }[] {
  const { accounts, setPasswords, force } = request;
  const upgrade = async (): Promise<string> => {
    // It looks for itself whether there is something to upgrade, and says so; it writes no binary log by default.
    await runTool('mariadb-upgrade', [...targetArguments(request), ...(force ? ['--force'] : [])]);
    return 'done';
  };
  const ensure = async (wanted: WantedAccounts): Promise<string> => {
    const done = await askLocalServer(request, timeoutMs, (asked) => ensureAccounts(asked, wanted, { setPasswords }));
    return done.length === 0 ? 'all are as they should be' : done.join('; ');
  };
  return [
    { name: 'mariadb-upgrade', act: upgrade },
    ...(accounts === null ? [] : [{ name: 'users and grants', act: () => ensure(accounts) }]),
    { name: 'time zones', act: () => loadTimeZones(request) },
  ];
}

async function refused(request: UpdateRequest): Promise<string | null> {
  if (request.gate !== undefined && !(await gateStatus(request.gate))) return `the gate ${request.gate} is shut`;
  return refusal(await askLocalServer(request, timeoutMs, (asked) => observeLocalServer(asked, timeoutMs)));
}
