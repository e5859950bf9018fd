import type { TakeoverKind } from '../contract/takeover.ts';
import type { ReplicaStatus } from '../mariadb/replica-status.ts';
import type { PlanInput, PlannedServer } from './plan-input.ts';

/** Where things stand before a takeover begins. Running again is safe because this is looked at first. */
export interface Situation {
  readonly target: PlannedServer;
  /** The target is the primary already. */
  readonly alreadyDone: boolean;
  /** The configured server that the target follows; null: one that is none of ours. */
  readonly oldPrimary: PlannedServer | null;
  /** The target's connection to it; null: the target follows nobody. */
  readonly connection: ReplicaStatus | null;
  /** That server is itself a replica of another one of the cluster: nobody can take over from it. */
  readonly isMiddle: boolean;
  /** Other servers that follow the old primary and are to follow the target. */
  readonly others: readonly PlannedServer[];
  /** What the operator may choose from: the proposal first. */
  readonly kinds: readonly TakeoverKind[];
  readonly kind: TakeoverKind;
}

/** The situation; null where the cluster has no such server. */
export function classify(input: PlanInput): Situation | null {
  const target = input.servers.find(({ name }) => name === input.target);
  if (!target) return null;
  const primaryName = input.snapshot.primary;
  const source =
    target.snapshot.replication.find(({ primary }) => primary !== null && primary === primaryName) ??
    target.snapshot.replication.find(({ primary }) => primary !== null) ??
    target.snapshot.replication[0];
  const oldPrimary = input.servers.find(({ name }) => name === (source?.primary ?? null)) ?? null;
  const isMiddle = oldPrimary !== null && oldPrimary.name !== primaryName && followsAnother(oldPrimary, target);
  const kinds = kindsFor(isMiddle ? null : oldPrimary);
  const asked = oldPrimary !== null || input.kind === 'detach' ? input.kind : null;
  return {
    target,
    alreadyDone: primaryName === target.name && target.snapshot.replication.every(({ primary }) => primary === null),
    oldPrimary,
    isMiddle,
    connection: target.facts?.replication.find(({ connection }) => connection === source?.connection) ?? null,
    others: input.servers.filter(
      (server) =>
        server !== target &&
        server !== oldPrimary &&
        oldPrimary !== null &&
        server.snapshot.replication.some(({ primary }) => primary === oldPrimary.name),
    ),
    kinds,
    // What was asked for is judged as asked: its checks say why not, and nobody gets a failover for a switchover.
    kind: asked ?? kinds[0] ?? 'detach',
  };
}

/** The proposal first: a dead primary is not switched over from, and a living one is not failed over from. */
function kindsFor(oldPrimary: PlannedServer | null): TakeoverKind[] {
  if (oldPrimary === null) return ['detach'];
  return oldPrimary.observation?.kind === 'up' ? ['switchover', 'detach'] : ['failover', 'detach'];
}

/** The cluster's primary would go on beside the target. Two that replicate from each other are no chain. */
function followsAnother(source: PlannedServer, target: PlannedServer): boolean {
  return source.snapshot.replication.some(({ primary }) => primary !== null && primary !== target.name);
}

/** Whether the server answered the newest look. */
export function answers(server: PlannedServer): boolean {
  return server.observation?.kind === 'up';
}
