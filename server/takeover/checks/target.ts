import { addressText } from '../../contract/listen-address.ts';
import { answers } from '../classify.ts';
import { bad, either, promoteCommand, well, type CheckOf } from './finding.ts';

/** Three polls: older than that, a look is stale and satisfies nothing. */
const STALE_POLLS = 3;

export const targetReachable: CheckOf = (input, { target }) => [
  answers(target)
    ? target.preflight
      ? well('target-reachable', target.name, `${target.name} (${addressText(target)}) answers`)
      : bad(
          'target-reachable',
          target.name,
          `${target.name} answers, but not to the operating account: ${target.preflightError ?? 'no account is configured'}`,
          'Check account.operate in the configuration; this prints its GRANT statement.',
          [`baton grants ${input.snapshot.name}`],
        )
    : bad(
        'target-reachable',
        target.name,
        `${target.name} can't be reached: ${target.observation?.kind === 'unreachable' ? target.observation.detail : 'never seen'}`,
        'Promote another replica, or bring this one back.',
      ),
];

export const targetFresh: CheckOf = (input, { target, oldPrimary, kind }) =>
  [target, ...(kind === 'switchover' && oldPrimary ? [oldPrimary] : [])].map((server) => {
    const ageSeconds = server.observation ? (input.at - server.observation.at) / 1000 : Infinity;
    return either('target-fresh', server.name, ageSeconds <= STALE_POLLS * input.snapshot.pollSeconds, {
      well: `${server.name} was looked at just now`,
      bad: `What is known of ${server.name} is ${Math.round(ageSeconds)} s old`,
      fix: 'Review again.',
    });
  });

export const targetNotPrimary: CheckOf = (_input, { target, alreadyDone, oldPrimary }) => [
  either('target-not-primary', target.name, !alreadyDone, {
    well: `${target.name} is not the primary${oldPrimary ? `: that is ${oldPrimary.name}` : ''}`,
    bad: `${target.name} is the primary already`,
    fix: 'There is nothing to do; to move the primary away, promote another server.',
  }),
];

export const targetCandidate: CheckOf = (_input, { target }) =>
  target.snapshot.candidate === 'never'
    ? [
        bad(
          'target-candidate',
          target.name,
          `The configuration says that ${target.name} is never to be promoted`,
          'Promote another replica, or change candidate: in the configuration.',
        ),
      ]
    : [];

/** Without TCP nobody replicates from it, and applications of other hosts don't find it: in a switchover the old primary would follow nobody. */
export const targetTcp: CheckOf = (_input, { target, oldPrimary, others, kind }) => {
  if (target.facts?.tcpOff !== true) return [];
  const left = kind === 'switchover' && oldPrimary ? [oldPrimary, ...others] : kind === 'failover' ? others : [];
  const names = left.map(({ name }) => name).join(', ');
  const followers = names === '' ? '' : `, and ${names} can't follow it`;
  return [
    bad(
      'target-tcp',
      target.name,
      `${target.name} runs with TCP off (skip_networking): only programs on its own host reach it${followers}`,
      'Start it without skip_networking first: a restart of a replica stops no writes.',
    ),
  ];
};

/** "2026-03-01 13:30 UTC". */
const minuteText = (instant: string): string => `${instant.slice(0, 16).replace('T', ' ')} UTC`;

/** Set aside by somebody who may be working on it at this moment. */
export const targetMaintenance: CheckOf = (input, { target }) => {
  const { maintenance } = target.snapshot;
  if (maintenance === null) return [];
  return [
    bad(
      'target-maintenance',
      target.name,
      `${target.name} is in maintenance until ${minuteText(maintenance.until)}: ${maintenance.reason} (${maintenance.owner})`,
      `Ask ${maintenance.owner}, and end the maintenance first.`,
      [`baton maintenance end ${input.snapshot.name}/${target.name}`],
    ),
  ];
};

export const operationUnfinished: CheckOf = (input) => {
  if (input.unfinished === null) return [];
  const { id, text } = input.unfinished;
  return [bad('operation-unfinished', null, text, 'Resume that operation, and review again.', [`baton resume ${id}`])];
};

/** A switchover needs the old primary; asked for one of a dead primary, nobody is to get a failover unasked. */
export const primaryReachable: CheckOf = (input, { target, oldPrimary, kind }) => {
  if (kind !== 'switchover' || !oldPrimary) return [];
  const { observation, name } = oldPrimary;
  return [
    either('primary-reachable', name, answers(oldPrimary), {
      well: `${name} answers`,
      bad: `${name} can't be reached: ${observation?.kind === 'unreachable' ? observation.detail : 'never seen'}`,
      fix: 'A switchover needs both servers. Bring it back, or fail over: that may lose transactions.',
      commands: [promoteCommand(input.snapshot.name, target.name, 'failover')],
    }),
  ];
};
