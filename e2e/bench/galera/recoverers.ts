import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { RecoveryDesk } from '../../../server/galera/testing/recovery-desk.ts';
import type { GaleraStage } from '../../../server/galera/testing/stage.ts';

const run = promisify(execFile);
const program = join(import.meta.dirname, 'recover-by-hand.sh');

/** Somebody who brings a cluster back; all act on the same one, in turn. */
export interface Recoverer {
  readonly name: string;
  /** With all nodes dead: looks at them, and answers what is decided with a click. */
  review(): Promise<() => Promise<Recovered>>;
}

/** How it came out. */
export interface Recovered {
  readonly chosen: string;
  readonly complaints: readonly string[];
  /** What is worth a line of the report. */
  readonly notes: readonly string[];
}

/** Baton as a person uses it: the plan is on the page, with the positions in it; then comes the click. */
export function baton({ recoveries, operations }: RecoveryDesk): Recoverer {
  return {
    name: 'Baton',
    async review() {
      const { id, verdict, text } = await recoveries.plan();
      const doubts = verdict === 'green' ? [] : [`the verdict is ${verdict}: ${text}`];
      return async () => {
        const { operationId } = await recoveries.start({ planId: id, actor: 'ana' });
        const { target, outcome, summary, steps } = await operations.ended(operationId);
        const wrong = steps.flatMap(({ id: step, error }) => (error === null ? [] : [`${step}: ${error}`]));
        return {
          chosen: target ?? '',
          complaints: [...doubts, ...(outcome === 'succeeded' ? [] : [`${outcome}: ${summary}`]), ...wrong],
          notes: steps.map(({ id: step, startedAt, endedAt, note }) => {
            const ms = startedAt && endedAt ? Date.parse(endedAt) - Date.parse(startedAt) : 0;
            return `${step} ${ms} ms: ${note ?? ''}`;
          }),
        };
      };
    },
  };
}

/** The same by a script, which is started at the click. */
export function byHand({ cluster }: GaleraStage): Recoverer {
  const account = process.getuid?.() === 0 ? 'nobody' : '';
  return {
    name: 'script',
    review: async () =>
      await Promise.resolve(async () => {
        const names = cluster.servers.map(({ name }) => name);
        const { stdout } = await run(program, [cluster.dir, account, ...names]);
        return { chosen: stdout.trim(), complaints: [], notes: [] };
      }),
  };
}
