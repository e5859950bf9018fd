import type { Decision } from '../../contract/galera.ts';
import type { Scene } from './decide.ts';
import { listed, startable, type Reading } from './reading.ts';
import { decided, impossible, type Ruling } from './verdict.ts';

/**
 * Nodes that run and wait for the others of their last view: they need nobody who forces anything, only the missing ones.
 * null: none waits.
 */
export function decideWaiting({ readings, reports }: Scene): Decision | null {
  const of = (kind: string): string[] => readings.filter((one) => one.kind === kind).map(({ name }) => name);
  const [waiting, down, unknown] = [of('waiting'), startable(readings), of('unknown')];
  if (waiting.length === 0) return null;
  const wait = `${listed(waiting)} ${waiting.length === 1 ? 'runs and waits' : 'run and wait'}`;
  // Whoever comes back so compares nothing: the crash of all has left no number in any file, and no history to the cluster.
  const lost = readings.flatMap((one) =>
    one.kind === 'waiting' && one.evidence.alive.kind === 'waiting' && one.evidence.alive.position === null
      ? [one.name]
      : [],
  );
  const rule = (reading: Reading): Ruling => {
    if (reading.kind === 'unknown') return impossible(`nothing is known of it: ${reading.reason}`);
    if (reading.kind === 'waiting')
      return impossible('it runs and waits for the others: stop it before one is bootstrapped');
    return impossible(
      `${listed(waiting)} would join whatever is started: stop ${waiting.length === 1 ? 'it' : 'them'} first`,
    );
  };
  if (lost.length > 0) {
    const who = `${listed(lost)} ${lost.length === 1 ? 'was' : 'were'}`;
    return decided(readings, reports, {
      situation: 'waiting',
      text: `${wait}, and ${who} started without a position, as far as can be seen: with the others they would form a cluster without a history, and without comparing their data. Stop ${listed(waiting)}; then one can be bootstrapped.`,
      rule,
    });
  }
  const restored = readings.every((reading) => reading.kind === 'unknown' || reading.evidence.gvwstate.kind === 'read');
  const text =
    unknown.length > 0
      ? `${wait}, and nothing is known of ${listed(unknown)}.`
      : down.length === 0
        ? `${wait} for each other: ${restored ? 'they form the cluster again by themselves' : 'where they do not find each other, stop them and look again'}.`
        : `${wait} for ${listed(down)}. Start ${listed(down)}, and the cluster forms by itself; or stop the waiting nodes, then one can be bootstrapped.`;
  return decided(readings, reports, {
    situation: unknown.length > 0 ? 'member-unknown' : 'waiting',
    act: unknown.length === 0 && down.length > 0 ? 'start' : 'none',
    text,
    start: unknown.length === 0 ? down : [],
    rule,
  });
}
