import { readFile } from 'node:fs/promises';
import { flushCompileCache } from 'node:module';
import { startBaton, type BatonPlan } from './baton.ts';
import type { Cell } from './cells.ts';
import { Interruption } from './interruption.ts';

/** For tests: a console that kills itself (SIGKILL), or stops (SIGSTOP), at one point of an operation. Run as: node killed-console.ts PLAN.json */
export interface KilledConsolePlan {
  readonly baton: BatonPlan;
  readonly target: string;
  readonly kind: 'switchover' | 'failover' | 'detach' | 'rejoin';
  readonly accept: readonly string[];
  readonly at: Cell | AtStatement;
  /** SIGKILL where it is not said. */
  readonly signal?: 'SIGKILL' | 'SIGSTOP';
}

export interface AtStatement {
  readonly when: 'before' | 'after';
  /** What the statement contains, and the server it runs on. */
  readonly statement: string;
  readonly server: string;
}

const file = process.argv[2];
if (file === undefined) throw new Error('which plan?');
const plan: KilledConsolePlan = JSON.parse(await readFile(file, 'utf8'));
const { baton: parts, at, kind, target, accept, signal = 'SIGKILL' } = plan;
let struck = false;
const die = (): void => {
  if (struck) return;
  struck = true;
  process.kill(process.pid, signal);
  // Nothing more happens here, however late the signal is.
  if (signal === 'SIGKILL') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
};
const interruption = 'step' in at ? new Interruption(at, die) : null;
const statement = 'statement' in at ? at : null;
const baton = await startBaton(parts, {
  onSteps: (steps) => interruption?.steps(steps) ?? steps,
  onAgentAct: () => interruption?.agentActed(),
  onConnection: (server, connection) => {
    const query = connection.query.bind(connection);
    connection.query = async (sql, options) => {
      const now = server === statement?.server && sql.includes(statement.statement);
      if (now && statement.when === 'before') die();
      const rows = await query(sql, options);
      if (now) die();
      interruption?.answered(sql);
      return rows;
    };
  },
});
// It ends by kill -9, and would keep nothing.
flushCompileCache();
if (kind === 'rejoin') await baton.rejoin(target);
else await baton.promote(target, { kind, accept });
await baton.stop();
