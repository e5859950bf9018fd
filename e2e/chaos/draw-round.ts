import { drawFault, lengthOf } from './draw-fault.ts';
import { Random } from './random.ts';
import { ORIGIN, type Fault, type LinkFault, type Moment, type PlannedFault, type Round } from './round.ts';
import type { RoundKind, ServerName } from './round.ts';

/** About as many statements as act when nothing goes wrong. */
const STATEMENTS: Readonly<Record<RoundKind, number>> = { switchover: 28, failover: 14, detach: 10, rejoin: 12 };

/** Those whose beginning is seen at once; the statements between freeze and open are moments of their own. */
const STEPS: Readonly<Record<RoundKind, readonly string[]>> = {
  switchover: ['lock', 'record', 'catch-up', 'long-writes', 're-point-old', 're-point-others', 'services', 'verify'],
  failover: ['lock', 'record', 'confirm-dead', 'fence', 'drain', 'open', 're-point-others', 'services', 'verify'],
  detach: ['lock', 'record', 'drain', 'open', 'services', 'verify'],
  rejoin: ['lock', 'record', 'hold', 'compare', 'follow', 'keep', 'verify'],
};

const KINDS: readonly RoundKind[] = [
  'switchover',
  'switchover',
  'switchover',
  'switchover',
  'failover',
  'failover',
  'failover',
  'detach',
  'rejoin',
];

/** The round that belongs to the seed: always the same one. Nothing else decides about it. */
export function drawRound(seed: number): Round {
  const random = new Random(seed);
  const kind = random.pick(KINDS);
  const target: ServerName = random.pick(['db-2', 'db-3']);
  const other: ServerName = target === 'db-2' ? 'db-3' : 'db-2';
  const faults = [...(kind === 'failover' ? deathOf(random) : []), ...drawFaults(random, { target, other }, kind)];
  return {
    seed,
    kind,
    target,
    faults,
    accept: [
      ...(kind === 'failover' && random.chance(0.85) ? ['unfenced'] : []),
      ...(random.chance(0.3) ? ['target-lag'] : []),
    ],
    agents: random.chance(kind === 'rejoin' ? 0.8 : 0.5),
    writesPerSecond: random.pick([20, 100, 200]),
    clickAfterMs: random.between(0, kind === 'failover' ? 2_500 : 500),
    clicks: random.pick(['one', 'one', 'one', 'one', 'one', 'one', 'one', 'twice', 'two-consoles', 'two-stores']),
  };
}

/** A failover without a dead primary is refused, which is worth a round now and then. */
function deathOf(random: Random): PlannedFault[] {
  const before: Moment = { kind: 'before' };
  const forMs = random.chance(0.3) ? random.between(3_000, 15_000) : null;
  const way = random.next();
  if (way < 0.45) return [{ fault: { kind: 'kill', server: ORIGIN }, at: before, forMs }];
  if (way < 0.75) return [{ fault: { kind: 'freeze', server: ORIGIN }, at: before, forMs }];
  if (way > 0.95) return [];
  const how = random.pick<LinkFault>(['cut', 'black-hole']);
  return (['console', 'replicas'] as const).map((to) => ({
    fault: { kind: 'link', server: ORIGIN, to, how },
    at: before,
    forMs,
  }));
}

function drawFaults(random: Random, who: { target: ServerName; other: ServerName }, kind: RoundKind): PlannedFault[] {
  const count = random.pick([0, 1, 1, 1, 1, 2, 2, 2, 3, 4]);
  const drawn: PlannedFault[] = [];
  for (let index = 0; index < count; index += 1) {
    const fault = drawFault(random, who);
    drawn.push({ fault, at: momentOf(random, fault, kind), forMs: lengthOf(random, fault) });
  }
  return drawn;
}

/** Those of the console only mean something while it acts. */
function momentOf(random: Random, fault: Fault, kind: RoundKind): Moment {
  const duringOnly = ['kill-console', 'freeze-console', 'cancel'].includes(fault.kind);
  if (!duringOnly && random.chance(0.25)) return { kind: 'before' };
  if (random.chance(0.2)) return { kind: 'after', ms: random.between(0, 6_000) };
  if (random.chance(0.25)) return { kind: 'step', step: random.pick(STEPS[kind]) };
  const number = random.between(1, STATEMENTS[kind]);
  return { kind: 'statement', number, side: random.pick(['before', 'after']) };
}
