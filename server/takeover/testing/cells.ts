import { stepsOf } from '../steps-of.ts';
import type { Task } from '../task.ts';

/** before: its intent is durable and nothing of it done; during: in the middle of its work; after: done, and the next step has not begun. */
export const moments = ['before', 'during', 'after'] as const;
export type Moment = (typeof moments)[number];

/** One point at which an operation can be interrupted. */
export interface Cell {
  readonly step: string;
  readonly moment: Moment;
}

/** How an interruption at that point may end: before the point of no return restored, behind it finished. */
export type CellEnd = 'restored' | 'finished' | 'either';

/** For tests: every point of that kind, in the order in which it passes them. A new step is in it by itself. */
export function cellsOf(kind: Task['kind']): (Cell & { readonly ends: CellEnd })[] {
  const steps = stepsOf({ ...exampleTask, kind });
  const point = steps.findIndex((step) => step.pointOfNoReturn);
  return steps.flatMap(({ id, intentAhead, until }, index) =>
    moments.map((moment) => {
      // The intent of the point is on its way to the disk beside the last act of the step before it, and a step that may
      // last until then ends behind that.
      const last = (index === point - 1 && intentAhead) || until === steps[point]?.id;
      const racing = last && moment === 'after';
      return { step: id, moment, ends: racing ? 'either' : index < point ? 'restored' : 'finished' };
    }),
  );
}

/** For tests: the ids of that kind's steps, in their order, and which of them is the point of no return. */
export function stepIdsOf(kind: Task['kind']): { readonly ids: readonly string[]; readonly point: number } {
  const steps = stepsOf({ ...exampleTask, kind });
  return { ids: steps.map(({ id }) => id), point: steps.findIndex((step) => step.pointOfNoReturn) };
}

const server = (name: string, serverId: number): Task['servers'][number] => ({
  name,
  host: '127.0.0.1',
  port: 3306,
  serverId,
  demote: true,
  reachable: true,
  connection: null,
});

const exampleTask: Task = {
  cluster: 'erp5',
  kind: 'switchover',
  target: 'db-2',
  oldPrimary: 'db-1',
  others: ['db-3'],
  unreachable: [],
  servers: [server('db-1', 1), server('db-2', 2), server('db-3', 3)],
  sources: [],
  accepted: [],
  dryRun: false,
  budgetMs: 60_000,
  longWriteSeconds: 10,
  transactionsLost: null,
};
