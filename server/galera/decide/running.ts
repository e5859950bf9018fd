import type { Decision } from '../../contract/galera.ts';
import { ZERO_HISTORY } from '../../contract/galera-status.ts';
import { primaryComponents } from '../../topology/primary-components.ts';
import type { Scene } from './decide.ts';
import { KEPT, listed, startable, type Reading } from './reading.ts';
import { decided, impossible } from './verdict.ts';

/** A Primary component anywhere: nothing is bootstrapped, whatever a node that is down says of itself. null: there is none. */
export function decideRunning({ readings, reports }: Scene): Decision | null {
  const primaries = readings.flatMap((reading) =>
    reading.kind === 'serving' && reading.status.clusterStatus === 'primary' ? [reading] : [],
  );
  if (primaries.length === 0) return null;
  const components = primaryComponents(primaries);
  if (components.length > 1) {
    const sides = components.map(listed).join(' · ');
    return decided(readings, reports, {
      situation: 'split-brain',
      text: `There are ${components.length} clusters that both take writes: ${sides}. Stop the applications, then decide which side's rows are given up; its nodes are stopped and take a full copy of the other side.`,
      rule: (reading) => impossible(ownWords(reading) ?? 'two sides take writes: a third would make it worse'),
    });
  }
  const names = listed(components[0] ?? []);
  const lost = primaries.filter(({ status }) => status.stateUuid === ZERO_HISTORY);
  if (lost.length > 0) {
    const who = listed(lost.map(({ name }) => name));
    return decided(readings, reports, {
      situation: 'history-lost',
      text: `${who} ${lost.length === 1 ? 'is' : 'are'} Primary without a history: after a crash in a DDL the nodes joined without comparing their data. Stop writes now and compare the nodes.`,
      rule: (reading) =>
        impossible(ownWords(reading) ?? `${who} ${lost.length === 1 ? 'runs' : 'run'} without a history`),
    });
  }
  const down = startable(readings);
  const unknown = readings.flatMap((reading) => (reading.kind === 'unknown' ? [reading.name] : []));
  const runs = `The cluster runs: ${names} ${primaries.length === 1 ? 'is' : 'are'} Primary.`;
  const start = down.length > 0 ? ` Start ${listed(down)}: ${down.length === 1 ? 'it joins' : 'they join'}.` : '';
  const away = unknown.length > 0 ? ` Nothing is known of ${listed(unknown)}.` : '';
  return decided(readings, reports, {
    situation: 'running',
    act: down.length > 0 ? 'start' : 'none',
    text: `${runs}${start}${away}`,
    start: down,
    rule: (reading) =>
      impossible(
        ownWords(reading) ??
          `${names} ${primaries.length === 1 ? 'is' : 'are'} Primary: a bootstrap would make a second cluster with the same id`,
      ),
  });
}

function ownWords(reading: Reading): string | null {
  if (reading.kind === 'unknown') return `nothing is known of it: ${reading.reason}`;
  if (reading.kind === 'down' && reading.evidence.kept) return KEPT;
  if (reading.kind !== 'serving') return null;
  const { clusterStatus, localState, clusterSize } = reading.status;
  if (clusterStatus === 'primary') return `it is Primary (${localState}, ${clusterSize} in its component)`;
  return `it runs and is not Primary (${localState})`;
}
