import { addressText } from '../../contract/listen-address.ts';
import { answers } from '../classify.ts';
import { bad, either, well, type CheckOf } from './finding.ts';

/** Three polls: older than that, a look is stale and satisfies nothing. */
const STALE_POLLS = 3;

export const targetReachable: CheckOf = (_input, { target }) => [
  answers(target)
    ? target.preflight
      ? well('target-reachable', target.name, `${target.name} (${addressText(target)}) answers`)
      : bad(
          'target-reachable',
          target.name,
          `${target.name} answers, but not to the operating account: ${target.preflightError ?? 'no account is configured'}`,
          'Check account.operate in the configuration; `baton grants` prints its GRANT statement.',
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
    fix: 'There is nothing to do.',
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

export const operationUnfinished: CheckOf = (input) =>
  input.unfinished === null
    ? []
    : [bad('operation-unfinished', null, input.unfinished, 'Resume that operation, and review again.')];
