import type { Row } from './connection.ts';
import { number, text } from './row.ts';
import { statement, type Statement } from './statement.ts';

/** A session by its id, and what is to be said of it: "connection 31 of app from 10.0.0.9:5123, open for 12 s". */
export interface SessionNote {
  readonly id: number;
  readonly text: string;
}

const CHANGES_REPLICATION =
  '^[[:space:]]*(CHANGE[[:space:]]+(MASTER|REPLICATION)|(STOP|START|RESET)[[:space:]]+(ALL[[:space:]]+)?(SLAVE|REPLICA))';
const LOCKS_ALL = '^[[:space:]]*FLUSH[[:space:]].*WITH[[:space:]]+READ[[:space:]]+LOCK';
const SETS_READ_ONLY = '^[[:space:]]*SET[[:space:]].*read_only';

/**
 * Every session but the one that asks, with what it does to replication as a word (needs PROCESS). What it runs is
 * matched at the server and not fetched: it may hold a password. Rows for otherTool().
 */
export function listOtherTools(): Statement {
  return statement(
    'SELECT ID AS id, USER AS user, HOST AS host, COMMAND AS command, ' +
      `CASE WHEN INFO REGEXP '${CHANGES_REPLICATION}' THEN 'changes its replication' ` +
      `WHEN INFO REGEXP '${LOCKS_ALL}' THEN 'locks all its tables' ` +
      `WHEN INFO REGEXP '${SETS_READ_ONLY}' THEN 'sets read_only' ELSE '' END AS act ` +
      'FROM information_schema.PROCESSLIST WHERE ID <> CONNECTION_ID()',
  );
}

/**
 * Who holds the locks by which MaxScale's monitors agree on which of them may act (server_locks of mariadbmon, since 2.5).
 * For monitorHolders().
 */
export function readMonitorLocks(): Statement {
  return statement(
    "SELECT IS_USED_LOCK('maxscale_mariadbmonitor') AS server, IS_USED_LOCK('maxscale_mariadbmonitor_master') AS primary_lock",
  );
}

/** The connections that hold them: none, one, or the same one twice. */
export function monitorHolders(row: Row): ReadonlySet<number> {
  return new Set([number(row, 'server'), number(row, 'primary_lock')].filter((id) => id !== null));
}

/** Users by whose names the tools are commonly signed in. */
const TOOLS: readonly (readonly [RegExp, string])[] = [
  [/^orchestrator|^orc_/i, 'orchestrator'],
  [/^max_?scale|^mxs|^mariadbmon/i, 'MaxScale'],
  [/^replication[-_]?manager|^repman/i, 'replication-manager'],
  [/^mha([-_]|$)/i, 'MHA'],
];

/** What a session shows of another tool at work; null where it shows nothing. A replica that reads the binary log is none. */
export function otherTool(row: Row, monitors: ReadonlySet<number>): SessionNote | null {
  const [id, user, command] = [number(row, 'id') ?? 0, text(row, 'user'), text(row, 'command')];
  if (command.startsWith('Binlog Dump') || user === 'system user') return null;
  const tool = TOOLS.find(([name]) => name.test(user))?.[1];
  const act = text(row, 'act');
  const does = monitors.has(id)
    ? 'holds the lock of a MaxScale monitor'
    : act !== ''
      ? act
      : tool === undefined
        ? null
        : `looks like ${tool}`;
  return does === null ? null : { id, text: `connection ${id} of ${user} from ${text(row, 'host')} ${does}` };
}
