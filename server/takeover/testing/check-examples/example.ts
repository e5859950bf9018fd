import type { TakeoverKind } from '../../../contract/takeover.ts';
import type { ReplicaStatus } from '../../../mariadb/replica-status.ts';
import type { ServerFacts } from '../../../mariadb/server-facts.ts';
import {
  exampleFacts,
  exampleNow,
  exampleReplicaFacts,
  exampleView,
  refused,
  up,
} from '../../../topology/testing/example-cluster.ts';
import type { ServerView } from '../../../topology/view.ts';
import type { CheckCode } from '../../checks/table.ts';
import type { ExampleChange } from '../example-plan.ts';

/** What a healthy cluster has to differ in for a check to fire, and what it differs in once the check's fix was done. */
export interface CheckExample {
  readonly code: CheckCode;
  readonly level: 'warn' | 'block';
  readonly kind: TakeoverKind;
  readonly when: string;
  readonly change: ExampleChange;
  readonly fixed: ExampleChange;
  /** What the sentence names. */
  readonly names: RegExp;
  /** What of the fix is to be copied; absent: it is in words alone. */
  readonly commands?: RegExp;
}

type Words = Pick<CheckExample, 'when' | 'change' | 'names'> & Partial<Pick<CheckExample, 'fixed' | 'commands'>>;

/** The fix brings the cluster back to the healthy one of that kind, unless it is said what it leads to. */
const example =
  (kind: TakeoverKind, level: CheckExample['level'], healthy: ExampleChange) =>
  (code: CheckCode, { fixed = healthy, ...words }: Words): CheckExample => ({ code, level, kind, fixed, ...words });

/** db-1, of whom nobody has heard since something refused a connection to it. */
export const dead: ServerView = exampleView(1, refused, up(exampleFacts(1), 5_000));
/** db-1, whose host does not answer: it may be alive for others. */
export const silent: ServerView = exampleView(
  1,
  { kind: 'unreachable', at: exampleNow - 100, reason: 'timeout', detail: 'no answer' },
  up(exampleFacts(1), 5_000),
);
export const primary = (facts: Partial<ServerFacts>): ServerView => exampleView(1, up(exampleFacts(1, facts), 400));
export const replica = (status: Partial<ReplicaStatus>, facts: Partial<ServerFacts> = {}): ServerView =>
  exampleView(2, up(exampleReplicaFacts(2, status, facts)));
export const third = (status: Partial<ReplicaStatus>, facts: Partial<ServerFacts> = {}): ServerView =>
  exampleView(3, up(exampleReplicaFacts(3, status, facts)));

const detached: ExampleChange = { input: { kind: 'detach' } };
export const blocksSwitchover = example('switchover', 'block', {});
export const warnsSwitchover = example('switchover', 'warn', {});
export const blocksFailover = example('failover', 'block', { views: [dead] });
export const warnsFailover = example('failover', 'warn', { views: [dead] });
export const blocksDetach = example('detach', 'block', detached);
export const warnsDetach = example('detach', 'warn', detached);
