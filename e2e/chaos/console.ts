import { readFile } from 'node:fs/promises';
import { flushCompileCache } from 'node:module';
import { AgentClient } from '../../server/agent/client.ts';
import { messageOf } from '../../server/contract/errors.ts';
import type { Connection } from '../../server/mariadb/connection.ts';
import { startBaton } from '../../server/takeover/testing/baton.ts';
import type { ConsolePlan, FromConsole, ToConsole } from './console-messages.ts';

/** A console of a round: a process of its own, told by messages what to do. Run as: node console.ts PLAN.json */
const file = process.argv[2];
if (file === undefined) throw new Error('which plan?');
const plan: ConsolePlan = JSON.parse(await readFile(file, 'utf8'));
const tell = (message: FromConsole): void => void process.send?.(message);
const stops = new Map(plan.stops.map((stop) => [stop, Promise.withResolvers<void>()]));
let acting = false;
let count = 0;

const agents = new Map(
  Object.entries(plan.agents).map(([server, address]) => [server, new AgentClient({ server, ...address })]),
);

/** What acts, takes a lock, or reads the position that all depends on: pings and looks would drown them. */
const COUNTED =
  /^(SET (STATEMENT|GLOBAL)|BEGIN|FLUSH|UNLOCK|STOP|START|RESET|CHANGE|KILL|ALTER)|_LOCK\(|GTID_WAIT|binlog_pos AS position/;

async function passStop(stop: string): Promise<void> {
  const waiting = stops.get(stop);
  if (!waiting) return;
  tell({ kind: 'stopped', stop });
  await waiting.promise;
  stops.delete(stop);
}

function watchStatements(server: string, connection: Connection): void {
  const query = connection.query.bind(connection);
  connection.query = async (sql, options) => {
    if (!acting || !COUNTED.test(sql)) return await query(sql, options);
    count += 1;
    const number = count;
    tell({
      kind: 'statement',
      number,
      server,
      sql: sql.replace(/MASTER_PASSWORD\s*=\s*'[^']*'/g, 'MASTER_PASSWORD=…'),
    });
    await passStop(`${number} before`);
    try {
      const rows = await query(sql, options);
      tell({ kind: 'answer', number, error: null });
      return rows;
    } catch (error) {
      tell({ kind: 'answer', number, error: messageOf(error) });
      throw error;
    } finally {
      await passStop(`${number} after`);
    }
  };
}

const baton = await startBaton(plan.baton, {
  agent: (server) => agents.get(server) ?? null,
  onOperation: (view) => {
    acting = view.outcome === null;
    if (view.outcome !== null) tell({ kind: 'ended', view });
  },
  onConnection: watchStatements,
});

async function obey(message: ToConsole): Promise<void> {
  switch (message.kind) {
    case 'begin': {
      const { target, takeover, accept } = message;
      try {
        tell({ kind: 'begun', id: await baton.begin(target, { kind: takeover, accept }) });
      } catch (error) {
        tell({ kind: 'refused', text: messageOf(error) });
      }
      return;
    }
    case 'resume':
      try {
        const views = await baton.takeovers.resume();
        tell({ kind: 'resumed', ids: views.map(({ id }) => id) });
      } catch (error) {
        tell({ kind: 'resume-failed', text: messageOf(error) });
      }
      return;
    case 'cancel': {
      const running = baton.operations.running('erp5');
      if (running) await baton.operations.cancel(running.id);
      return;
    }
    case 'go':
      stops.get(message.stop)?.resolve();
  }
}

// A console whose round is gone has nobody to serve.
process.on('disconnect', () => process.exit(0));
process.on(
  'message',
  (message: ToConsole) => void obey(message).catch((error: unknown) => process.stderr.write(`${messageOf(error)}\n`)),
);
// It ends by kill -9, and would keep nothing.
flushCompileCache();
tell({ kind: 'ready' });
