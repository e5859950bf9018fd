import type { Check, Cost, PlanRole, TakeoverKind } from '../contract/takeover.ts';
import { formatGtidList } from '../mariadb/gtid.ts';
import { addressText } from '../contract/listen-address.ts';
import { runChecks } from './checks/all.ts';
import { answers, classify, type Situation } from './classify.ts';
import { costOf } from './cost.ts';
import { fingerprintParts, type FingerprintParts } from './fingerprint.ts';
import { hooksFor, taskHook } from './hooks/task-hook.ts';
import type { PlanInput, PlannedServer } from './plan-input.ts';
import { movingSources } from './moving-sources.ts';
import { taskConnection, taskSourceOf, type Task, type TaskServer } from './task.ts';

/** A plan without what needs a clock or a random number: its id, its end, the digest of its fingerprint. */
export interface PlanDraft {
  readonly situation: Situation;
  readonly kind: TakeoverKind;
  readonly kinds: readonly TakeoverKind[];
  readonly targetAddress: string;
  readonly oldPrimary: string | null;
  readonly targetGtid: string | null;
  readonly checks: readonly Check[];
  readonly roles: readonly PlanRole[];
  readonly cost: Cost;
  readonly blocked: boolean;
  readonly confirm: string | null;
  readonly command: string;
  readonly parts: FingerprintParts;
}

/** The plan that the input leads to; null where the cluster has no such server. */
export function draftPlan(input: PlanInput): PlanDraft | null {
  const situation = classify(input);
  if (!situation) return null;
  const { target, oldPrimary, kind, kinds } = situation;
  const checks = runChecks(input, situation);
  const cost = costOf(input, situation);
  const open = checks.filter(
    ({ level, code, acceptable }) => level === 'block' && !(acceptable && input.accept.includes(code)),
  );
  const overridden = checks.filter(({ level, code }) => level === 'block' && input.accept.includes(code));
  return {
    situation,
    kind,
    kinds,
    targetAddress: addressText(target),
    oldPrimary: oldPrimary?.name ?? null,
    targetGtid: target.facts ? formatGtidList(target.facts.currentPos) : null,
    checks,
    roles: rolesOf(input, situation),
    cost,
    blocked: open.length > 0,
    confirm: needsName(kind, checks, overridden.length) ? target.name : null,
    command: commandOf(input, kind, checks),
    parts: fingerprintParts(input, situation),
  };
}

/** What may lose data, or overrides a block, asks for the name. */
function needsName(kind: TakeoverKind, checks: readonly Check[], overridden: number): boolean {
  return (
    kind === 'failover' || overridden > 0 || checks.some(({ level, acceptable }) => level === 'block' && acceptable)
  );
}

/** The same from a terminal. Where something blocks that nobody can accept, accepting the rest would be of no use. */
function commandOf(input: PlanInput, kind: TakeoverKind, checks: readonly Check[]): string {
  const blocks = checks.filter(({ level }) => level === 'block');
  const accept = blocks.every(({ acceptable }) => acceptable) ? blocks.map(({ code }) => ` --accept ${code}`) : [];
  return `baton promote ${input.snapshot.name}/${input.target} --${kind}${[...new Set(accept)].join('')}`;
}

function rolesOf(input: PlanInput, { target, oldPrimary, others, kind }: Situation): PlanRole[] {
  return input.servers.map((server) => {
    const { name, snapshot } = server;
    const before = {
      role: snapshot.role,
      follows: snapshot.replication[0]?.primary ?? snapshot.replication[0]?.source ?? null,
    };
    const after = ((): PlanRole['after'] => {
      if (server === target) return { role: kind === 'detach' ? 'standalone' : 'primary', follows: null };
      if (kind === 'detach') return before;
      if (server === oldPrimary)
        return kind === 'failover' ? { role: 'unknown', follows: null } : { role: 'replica', follows: target.name };
      return others.includes(server) && answers(server) ? { role: 'replica', follows: target.name } : before;
    })();
    return { server: name, before, after };
  });
}

/** The task that a confirmed plan becomes: what the journal keeps. */
export function taskOf(
  input: PlanInput,
  { situation, kind, cost }: PlanDraft,
  options: { readonly dryRun: boolean; readonly budgetSeconds: number; readonly longWriteSeconds: number },
): Task {
  const { target, oldPrimary, others } = situation;
  const sourceId = situation.connection?.masterServerId ?? 0;
  return {
    cluster: input.snapshot.name,
    kind,
    target: target.name,
    oldPrimary: oldPrimary?.name ?? null,
    others: kind === 'detach' ? [] : others.filter(answers).map(({ name }) => name),
    unreachable:
      kind === 'detach'
        ? []
        : input.servers
            .filter((server) => server !== target && server !== oldPrimary && !answers(server))
            .map(({ name }) => name),
    servers: input.servers.map((server) => taskServer(server, situation, sourceId)),
    sources: movingSources(input, situation).map(({ status, obstacle }) => taskSourceOf(status, obstacle === null)),
    accepted: [...input.accept],
    dryRun: options.dryRun,
    budgetMs: options.budgetSeconds * 1000,
    longWriteSeconds: options.longWriteSeconds,
    transactionsLost: cost.transactionsLost,
    hooks: hooksFor(input.hooks, kind).map((hook) => taskHook.parse(hook)),
  };
}

function taskServer(server: PlannedServer, { target, connection }: Situation, sourceId: number): TaskServer {
  const { name, host, port, facts } = server;
  const own =
    server === target
      ? connection
      : facts?.replication.find((status) => status.masterServerId === sourceId && sourceId > 0);
  return {
    name,
    host,
    port,
    serverId: facts?.serverId ?? 0,
    demote: facts?.capabilities.demoteToReplica ?? false,
    reachable: answers(server),
    tcpOff: facts?.tcpOff ?? false,
    connection: own ? taskConnection(own) : null,
    ...(server.replicationTls && { ssl: server.replicationTls }),
    lastSeen: facts && { eventScheduler: facts.eventScheduler, semiSync: facts.semiSync },
  };
}
