import { readFile } from 'node:fs/promises';
import { atStatement, type Moment } from './at-statement.ts';
import { startBaton, type BatonPlan } from './baton.ts';

/**
 * For tests: a console that stops itself (SIGSTOP) at a statement of a switchover, and goes on when somebody wakes it; it
 * prints how it saw the end, and is ended by its parent. Run as: node paused-console.ts PLAN.json
 */
export interface PausedConsolePlan {
  readonly baton: BatonPlan;
  readonly target: string;
  readonly at: Moment;
}

const file = process.argv[2];
if (file === undefined) throw new Error('which plan?');
const plan: PausedConsolePlan = JSON.parse(await readFile(file, 'utf8'));
const stop = (): void => void process.kill(process.pid, 'SIGSTOP');
const baton = await startBaton(plan.baton, { onConnection: atStatement(plan.at, stop) });
const { outcome } = await baton.promote(plan.target);
process.stdout.write(`${outcome}\n`);
