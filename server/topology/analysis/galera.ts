import { ZERO_HISTORY } from '../../contract/galera-status.ts';
import type { ServerSnapshot } from '../../contract/snapshot.ts';
import { freshServers, type Evidence, type Finding } from './finding.ts';

/** Of the time: what applications feel. */
const PAUSED_SHARE = 0.1;

type Node = ServerSnapshot & { readonly galera: NonNullable<ServerSnapshot['galera']> };

function nodes(evidence: Evidence): Node[] {
  return freshServers(evidence).filter((server): server is Node => Boolean(server.galera));
}

const primaries = (evidence: Evidence): Node[] =>
  nodes(evidence).filter(({ galera }) => galera.clusterStatus === 'primary');

/** Two components that are Primary: each takes writes, and neither can tell it of itself. */
export function splitBrain({ snapshot }: Evidence): Finding[] {
  const components = snapshot.components ?? [];
  if (components.length < 2) return [];
  const sides = components.map((names) => names.join(' and ')).join(' · ');
  return [
    {
      code: 'galera-split-brain',
      level: 'critical',
      server: null,
      text: `Two clusters that both take writes: ${sides}. Their data drift apart, under the same id.`,
      fix: 'Stop the applications, decide which side’s rows are given up, stop its nodes, and let them take a full copy of the other side.',
    },
  ];
}

/** A Primary component with the all-zero history: each node of it believes to have the same data, and none has compared them. */
export function historyLost(evidence: Evidence): Finding[] {
  return primaries(evidence)
    .filter(({ galera }) => galera.stateUuid === ZERO_HISTORY)
    .map(({ name }) => ({
      code: 'galera-history-lost',
      level: 'critical',
      server: name,
      text: `${name} is Primary without a history: after a crash in a DDL the nodes joined without comparing their data.`,
      fix: 'Stop writes now, and compare the tables of the nodes.',
    }));
}

/** Nobody serves. Not told before every node was looked at once. */
export function noGaleraPrimary(evidence: Evidence): Finding[] {
  const { snapshot } = evidence;
  if (primaries(evidence).length > 0) return [];
  if (!snapshot.servers.every((server) => server.attemptedAt !== null)) return [];
  const answering = nodes(evidence).map(({ name }) => name);
  const which =
    answering.length === 0 ? 'No node answers' : `${answering.join(' and ')} answer without a Primary component`;
  return [
    {
      code: 'galera-no-primary',
      level: 'critical',
      server: null,
      text: `${which}: nobody can read or write ${snapshot.name}.`,
      fix: `Look at what each node knows, and bring it back: baton galera evidence ${snapshot.name}.`,
    },
  ];
}

/** A node outside of the component that serves. One that was put out for its data is told as inconsistent. */
export function nodeApart(evidence: Evidence): Finding[] {
  if (primaries(evidence).length === 0) return [];
  return nodes(evidence)
    .filter(({ galera }) => galera.clusterStatus !== 'primary' && galera.localState !== 'Inconsistent')
    .map(({ name, galera }) => ({
      code: 'galera-node-apart',
      level: 'serious',
      server: name,
      text: `${name} is cut off from the cluster (${galera.clusterStatus}, ${galera.localState}): it refuses every statement.`,
      fix: 'Look at the network between it and the others: it joins again by itself.',
    }));
}

/** A node that failed to apply what the others did: Galera itself says that its data differ. */
export function inconsistent(evidence: Evidence): Finding[] {
  return nodes(evidence)
    .filter(({ galera }) => galera.localState === 'Inconsistent')
    .map(({ name }) => ({
      code: 'galera-inconsistent',
      level: 'critical',
      server: name,
      text: `${name} has other rows than the cluster and was put out of it.`,
      fix: `Stop ${name}, remove its grastate.dat, and start it: it takes a full copy.`,
    }));
}

/** Donor/Desynced and the like: busy, and not a fault. */
export function notSynced(evidence: Evidence): Finding[] {
  return primaries(evidence)
    .filter(({ galera }) => galera.localState !== 'Synced')
    .map(({ name, galera }) => ({
      code: 'galera-not-synced',
      level: 'caution',
      server: name,
      text: `${name} is ${galera.localState}: it ${galera.localState.startsWith('Donor') ? 'gives a copy to another node' : 'catches up'}.`,
      fix: null,
    }));
}

/** One slow node makes all wait: writes stand still for a share of the time that applications feel. */
export function flowControl(evidence: Evidence): Finding[] {
  return primaries(evidence)
    .filter(({ galera }) => galera.flowControlPaused > PAUSED_SHARE)
    .map(({ name, galera }) => ({
      code: 'galera-flow-control',
      level: 'caution',
      server: name,
      text: `Writes were stalled for ${Math.round(galera.flowControlPaused * 100)} % of the time at ${name}: a node can't keep up.`,
      fix: 'The node with the longest receive queue is the one.',
    }));
}

/** Told where all nodes are so configured: as long as one writes each commit to its disk, nothing is lost with a power cut. */
export function looseDurability(evidence: Evidence): Finding[] {
  const loose = nodes(evidence).filter(
    ({ galera }) => galera.flushLogAtCommit !== null && galera.flushLogAtCommit !== 1,
  );
  // What one node has lost, another has; what all have lost is gone.
  if (loose.length === 0 || loose.length < evidence.snapshot.servers.length) return [];
  return [
    {
      code: 'galera-durability',
      level: 'caution',
      server: null,
      text: 'innodb_flush_log_at_trx_commit is not 1 on any node: when all crash at once, the last second may be lost.',
      fix: 'Set it to 1 on one node at least.',
    },
  ];
}
