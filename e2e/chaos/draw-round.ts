import type { Fault, LinkFault, Moment, PlannedFault, Round, ServerName } from './round.ts';
import { Random } from './random.ts';
import type { TakeoverKind } from '../../server/contract/takeover.ts';

/** About as many statements as act when nothing goes wrong. */
const STATEMENTS: Readonly<Record<TakeoverKind, number>> = { switchover: 28, failover: 14, detach: 10 };

const KINDS: readonly TakeoverKind[] = ['switchover', 'switchover', 'switchover', 'failover', 'failover', 'detach'];

/** The round that belongs to the seed: always the same one. Nothing else decides about it. */
export function drawRound(seed: number): Round {
  const random = new Random(seed);
  const kind = random.pick(KINDS);
  const target: ServerName = random.pick(['db-2', 'db-3']);
  const other: ServerName = target === 'db-2' ? 'db-3' : 'db-2';
  const who = { target, other };
  const faults = [...(kind === 'failover' ? deathOf(random) : []), ...drawFaults(random, who, kind)];
  return {
    seed,
    kind,
    target,
    faults,
    accept: [
      ...(kind === 'failover' && random.chance(0.85) ? ['unfenced'] : []),
      ...(random.chance(0.3) ? ['target-lag'] : []),
    ],
    agents: random.chance(0.5),
    writesPerSecond: random.pick([20, 100, 200]),
    clickAfterMs: random.between(0, kind === 'failover' ? 2_500 : 500),
  };
}

/** A failover without a dead primary is refused, which is worth a round now and then. */
function deathOf(random: Random): PlannedFault[] {
  const before: Moment = { kind: 'before' };
  const primary = 'db-1';
  const forMs = random.chance(0.3) ? random.between(3_000, 15_000) : null;
  const way = random.next();
  if (way < 0.45) return [{ fault: { kind: 'kill', server: primary }, at: before, forMs }];
  if (way < 0.75) return [{ fault: { kind: 'freeze', server: primary }, at: before, forMs }];
  if (way > 0.95) return [];
  const how = random.pick<LinkFault>(['cut', 'black-hole']);
  return (['console', 'replicas'] as const).map((to) => ({
    fault: { kind: 'link', server: primary, to, how },
    at: before,
    forMs,
  }));
}

function drawFaults(
  random: Random,
  who: { target: ServerName; other: ServerName },
  kind: TakeoverKind,
): PlannedFault[] {
  const count = random.pick([0, 1, 1, 1, 2, 2, 3]);
  const drawn: PlannedFault[] = [];
  for (let index = 0; index < count; index += 1) {
    const fault = drawFault(random, who);
    drawn.push({ fault, at: momentOf(random, fault, kind), forMs: lengthOf(random) });
  }
  return drawn;
}

function drawFault(random: Random, { target, other }: { target: ServerName; other: ServerName }): Fault {
  const anybody = random.pick<ServerName>(['db-1', 'db-1', target, target, other]);
  const replica = random.pick([target, other, other]);
  const choices: readonly (() => Fault)[] = [
    () => ({ kind: 'kill', server: anybody }),
    () => ({ kind: 'kill', server: anybody }),
    () => ({ kind: 'freeze', server: anybody }),
    () => ({ kind: 'freeze', server: anybody }),
    () => ({ kind: 'kill-console' }),
    () => ({ kind: 'kill-console' }),
    () => ({ kind: 'kill-console' }),
    () => ({ kind: 'freeze-console', successor: random.chance(0.6) }),
    () => ({ kind: 'cancel' }),
    () => linkFault(random, anybody),
    () => linkFault(random, anybody),
    () => linkFault(random, anybody),
    () => ({ kind: 'agent', server: anybody, how: random.pick(['kill', 'freeze']) }),
    () => ({ kind: 'read-lock', server: anybody }),
    () => ({ kind: 'table-lock', server: anybody }),
    () => ({ kind: 'long-transaction', server: anybody }),
    () => ({ kind: 'super-writer', server: 'db-1' }),
    () => ({ kind: 'full-connections', server: anybody }),
    () => ({ kind: 'stop-replica', server: replica, thread: random.pick(['io', 'sql', 'both']) }),
    () => ({ kind: 'break-replica', server: replica }),
    () => ({ kind: 'delay-replica', server: replica, seconds: random.between(1, 30) }),
    () => ({ kind: 'wrong-password', server: target }),
  ];
  return random.pick(choices)();
}

function linkFault(random: Random, server: ServerName): Fault {
  const to = random.pick<'console' | 'replicas'>(['console', 'replicas']);
  return { kind: 'link', server, to, how: random.pick<LinkFault>(['cut', 'black-hole', 'slow']) };
}

/** Those of the console only mean something while it acts. */
function momentOf(random: Random, fault: Fault, kind: TakeoverKind): Moment {
  const statements = STATEMENTS[kind];
  const duringOnly = ['kill-console', 'freeze-console', 'cancel'].includes(fault.kind);
  if (!duringOnly && random.chance(0.25)) return { kind: 'before' };
  if (random.chance(0.25)) return { kind: 'after', ms: random.between(0, 6_000) };
  return { kind: 'statement', number: random.between(1, statements), side: random.pick(['before', 'after']) };
}

function lengthOf(random: Random): number | null {
  const length = random.next();
  if (length < 0.35) return random.between(20, 1_000);
  if (length < 0.75) return random.between(1_000, 12_000);
  return null;
}
