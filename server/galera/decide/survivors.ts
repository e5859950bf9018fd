import type { Decision } from '../../contract/galera.ts';
import type { Scene } from './decide.ts';
import { doubtsOfRecords } from './known-positions.ts';
import { historiesOf, listed, short, whyNoPosition, type Reading } from './reading.ts';
import { decided, impossible, type Ruling } from './verdict.ts';

type Survivor = Extract<Reading, { kind: 'serving' }>;

/** Nobody is Primary and some nodes answer: the component of the survivors can be made Primary. null: none answers. */
export function decideSurvivors(scene: Scene): Decision | null {
  const { readings, reports } = scene;
  const serving = readings.filter((reading) => reading.kind === 'serving');
  if (serving.length === 0) return null;
  const refuse = (text: string, more: Partial<Decision> = {}): Decision =>
    decided(readings, reports, {
      situation: 'non-primary',
      text,
      ...more,
      rule: (one) => impossible(words(one) ?? text),
    });
  const apart = serving.filter(({ status }) => status.clusterStatus === 'disconnected');
  const names = listed(serving.map(({ name }) => name));
  if (apart.length > 0)
    return refuse(`${listed(apart.map(({ name }) => name))} runs outside of any cluster: stop it, then look again.`);
  const waiting = readings.filter((reading) => reading.kind === 'waiting');
  if (waiting.length > 0)
    return refuse(
      `${listed(waiting.map(({ name }) => name))} runs and waits: stop it, or wait until it has joined ${names}.`,
    );
  // The list of members is that of the last Primary view; their number is live.
  if (serving.some(({ status }) => status.clusterSize !== serving.length))
    return refuse(
      `${names} answer and do not see each other: mend the network, and they form the cluster by themselves.`,
    );
  const histories = [...new Set(readings.flatMap(historiesOf))];
  if (histories.length > 1)
    return refuse(`There are ${histories.length} histories: ${histories.map(short).join(', ')}.`, {
      situation: 'two-histories',
    });
  return promoteSurvivors(scene, serving, refuse);
}

function promoteSurvivors(scene: Scene, survivors: readonly Survivor[], refuse: (text: string) => Decision): Decision {
  const { readings, reports } = scene;
  const best = survivors.reduce((a, b) => (committed(b) > committed(a) ? b : a));
  const names = listed(survivors.map(({ name }) => name));
  if (histories(best) === 0) return refuse(`${names} answer and name no history.`);
  const unknown = readings.filter((reading) => reading.kind === 'unknown');
  const doubts = [
    ...readings.flatMap((reading) => doubtOf(reading, best)),
    ...doubtsOfRecords(scene, { uuid: best.status.stateUuid, seqno: committed(best), name: best.name }),
  ];
  const lost = [
    ...unknown.map(
      ({ name }) => `what ${name} has is not known; if it still runs as Primary, there will be two clusters`,
    ),
    ...doubts,
  ];
  const green = unknown.length === 0 && doubts.length === 0;
  const rule = (reading: Reading): Ruling => {
    if (reading.name === best.name)
      return {
        reason: `it answers, and has all that ${names} committed: ${committed(best)}`,
        choice: unknown.length === 0 ? 'recommended' : 'with-confirmation',
        givesUp: lost,
      };
    return impossible(words(reading) ?? `${names} answer: it is started when they are Primary again`);
  };
  return decided(readings, reports, {
    situation: unknown.length > 0 ? 'member-unknown' : 'non-primary',
    verdict: unknown.length > 0 ? 'refuse' : green ? 'green' : 'human',
    act: 'make-primary',
    text:
      unknown.length > 0
        ? `${names} answer without a Primary component, and nothing is known of ${listed(unknown.map(({ name }) => name))}.`
        : `${names} answer without a Primary component; the others are down. They can be made Primary as they are.`,
    doubts,
    recommended: unknown.length > 0 ? null : best.name,
    rule,
  });
}

const committed = ({ status }: Survivor): bigint => BigInt(status.lastCommitted);
const histories = (survivor: Survivor): number => historiesOf(survivor).length;

/** What a node that is down may have beyond the survivors. */
function doubtOf(reading: Reading, best: Survivor): string[] {
  if (reading.kind !== 'down') return [];
  const { name, position, evidence } = reading;
  if (position === null && !evidence.hasData) return [];
  if (position === null) return [`what ${name} holds is not known: ${whyNoPosition(evidence)}`];
  if (position.seqno <= committed(best)) return [];
  return [`${name} holds ${position.seqno}, ${best.name} has ${committed(best)}`];
}

function words(reading: Reading): string | null {
  if (reading.kind === 'unknown') return `nothing is known of it: ${reading.reason}`;
  if (reading.kind === 'serving') return `it runs and is not Primary (${reading.status.localState})`;
  return null;
}
