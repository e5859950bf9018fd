import { readFile } from 'node:fs/promises';
import { AgentClient } from '../../agent/client.ts';
import { startBaton, type BatonPlan } from './baton.ts';

/** For tests: a console that kills itself (SIGKILL) in a step of a reseed. Run as: node killed-reseed.ts PLAN.json */
export interface KilledReseedPlan {
  readonly baton: BatonPlan;
  readonly server: string;
  readonly agents: Readonly<Record<string, { readonly url: string; readonly token: string }>>;
  /** It dies when this step begins; with `waiting`, once the step says what it waits for. */
  readonly step: string;
  readonly waiting: boolean;
}

const file = process.argv[2];
if (file === undefined) throw new Error('which plan?');
const plan: KilledReseedPlan = JSON.parse(await readFile(file, 'utf8'));
const baton = await startBaton(plan.baton, {
  agent: (server) => {
    const address = plan.agents[server];
    return address ? new AgentClient({ server, ...address }) : null;
  },
});
/** Looks at each turn of the event loop: what is published leaves out what takes milliseconds. */
function watch(): void {
  const now = baton.operations.running('erp5')?.steps.find(({ id }) => id === plan.step);
  if (now?.state === 'running' && (!plan.waiting || now.waitsFor !== null)) process.kill(process.pid, 'SIGKILL');
  setImmediate(watch);
}
watch();
await baton.rejoin(plan.server, { setAside: true });
// It was to be dead by now: its test sees that it is not.
process.exit(1);
