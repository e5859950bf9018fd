import type { Random } from './random.ts';
import { ORIGIN, type Fault, type LinkFault, type ServerName } from './round.ts';

type Draw = (random: Random, who: Who) => Fault;

interface Who {
  readonly target: ServerName;
  readonly other: ServerName;
}

const anybody = (random: Random, { target, other }: Who): ServerName =>
  random.pick([ORIGIN, ORIGIN, target, target, other]);
const replica = (random: Random, { target, other }: Who): ServerName => random.pick([target, other, other]);

const kill: Draw = (random, who) => ({ kind: 'kill', server: anybody(random, who) });
const freeze: Draw = (random, who) => ({ kind: 'freeze', server: anybody(random, who) });
const killConsole: Draw = () => ({ kind: 'kill-console' });
const link: Draw = (random, who) => {
  const to = random.pick<'console' | 'replicas' | 'agent' | 'source'>([
    'console',
    'console',
    'replicas',
    'agent',
    'source',
  ]);
  const server = to === 'source' ? replica(random, who) : anybody(random, who);
  return { kind: 'link', server, to, how: random.pick<LinkFault>(['cut', 'black-hole', 'slow']) };
};

/** What is worth more rounds stands here more than once. */
const DRAWS: readonly Draw[] = [
  kill,
  kill,
  freeze,
  freeze,
  killConsole,
  killConsole,
  killConsole,
  (random) => ({ kind: 'freeze-console', successor: random.chance(0.6) }),
  () => ({ kind: 'cancel' }),
  () => ({ kind: 'disk-full' }),
  link,
  link,
  link,
  link,
  (random, who) => ({ kind: 'agent', server: anybody(random, who), how: random.pick(['kill', 'freeze']) }),
  (random, who) => ({ kind: 'read-lock', server: anybody(random, who) }),
  (random, who) => ({ kind: 'table-lock', server: anybody(random, who) }),
  (random, who) => ({ kind: 'long-transaction', server: anybody(random, who) }),
  (random) => ({ kind: 'privileged-writer', server: ORIGIN, may: random.pick(['SUPER', 'READ_ONLY ADMIN']) }),
  (random, who) => ({ kind: 'full-connections', server: anybody(random, who) }),
  (random, who) => ({ kind: 'stop-replica', server: replica(random, who), thread: random.pick(['io', 'sql', 'both']) }),
  (random, who) => ({ kind: 'break-replica', server: replica(random, who) }),
  (random, who) => ({ kind: 'errant', server: replica(random, who), domain: random.pick(['same', 'own']) }),
  (random, who) => ({ kind: 'delay-replica', server: replica(random, who), seconds: random.between(1, 30) }),
  (random, who) => ({ kind: 'wrong-password', server: anybody(random, who) }),
];

/** One fault; some of them come more often than others. */
export function drawFault(random: Random, who: Who): Fault {
  return random.pick(DRAWS)(random, who);
}

/** A console can't end anything on a full disk, so somebody makes room within seconds. */
const LONGEST_DISK_FULL_MS = 6_000;

/** How long it lasts, in milliseconds; null: to the end of the round. */
export function lengthOf(random: Random, { kind }: Fault): number | null {
  const length = random.next();
  const ms = length < 0.35 ? random.between(20, 1_000) : random.between(1_000, 12_000);
  if (kind === 'disk-full') return Math.min(ms, LONGEST_DISK_FULL_MS);
  return length < 0.75 ? ms : null;
}
