import { readFile } from 'node:fs/promises';
import { startBaton, type BatonPlan } from './baton.ts';

/** For tests: a console that kills itself (SIGKILL) before or after a statement. Run as: node killed-console.ts PLAN.json */
export interface KilledConsolePlan {
  readonly baton: BatonPlan;
  readonly target: string;
  readonly kind: 'switchover' | 'failover' | 'detach' | 'rejoin';
  readonly accept: readonly string[];
  readonly when: 'before' | 'after';
  /** What the statement contains, and the server it runs on. */
  readonly statement: string;
  readonly server: string;
  /** At which of these statements it dies; 1 where it is not said. */
  readonly nth?: number;
}

const file = process.argv[2];
if (file === undefined) throw new Error('which plan?');
const plan: KilledConsolePlan = JSON.parse(await readFile(file, 'utf8'));
let seen = 0;
const baton = await startBaton(plan.baton, {
  onConnection: (server, connection) => {
    if (server !== plan.server) return;
    const query = connection.query.bind(connection);
    connection.query = async (sql, options) => {
      if (sql.includes(plan.statement)) seen += 1;
      const now = sql.includes(plan.statement) && seen === (plan.nth ?? 1);
      if (now && plan.when === 'before') process.kill(process.pid, 'SIGKILL');
      const rows = await query(sql, options);
      if (now) process.kill(process.pid, 'SIGKILL');
      return rows;
    };
  },
});
if (plan.kind === 'rejoin') await baton.rejoin(plan.target);
else await baton.promote(plan.target, { kind: plan.kind, accept: plan.accept });
