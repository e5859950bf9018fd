import type { TakeoverKind } from '../../contract/takeover.ts';
import { missingGrants } from '../../mariadb/grants.ts';
import type { PlanInput, PlannedServer } from '../plan-input.ts';
import type { Situation } from '../classify.ts';
import { bad, well, type CheckOf, type Finding } from './finding.ts';

/** The servers that a takeover acts on. */
function involved({ target, oldPrimary, others, kind }: Situation): PlannedServer[] {
  const all = kind === 'detach' ? [target] : [target, ...(oldPrimary ? [oldPrimary] : []), ...others];
  return all.filter(({ observation }) => observation?.kind === 'up');
}

export const grants: CheckOf = (_input, situation) =>
  involved(situation).flatMap((server): Finding[] => {
    const { name, preflight, facts } = server;
    if (!facts) return [];
    if (!preflight) {
      if (server === situation.target) return [];
      const text = `The operating account does not sign in to ${name}: ${server.preflightError ?? 'none is configured'}`;
      return [bad('grants', name, text, '`baton grants` prints its GRANT statement.')];
    }
    const missing = missingGrants(preflight.grants, 'operate', facts.version);
    return [
      missing.required.length === 0
        ? well('grants', name, `The operating account has what it needs on ${name}`)
        : bad('grants', name, `The operating account lacks privileges on ${name}`, missing.required.join('; ')),
      ...missing.optional.map(({ statement, needed }) =>
        bad('grants-optional', name, `On ${name} a privilege is missing ${needed}`, statement),
      ),
    ];
  });

export const lockFree: CheckOf = (_input, situation) => {
  const held = involved(situation).filter(({ preflight }) => preflight?.lockHolder);
  return held.length === 0
    ? [well('lock-free', null, 'No other takeover holds a lock')]
    : held.map(({ name, preflight }) =>
        bad(
          'lock-free',
          name,
          `Another takeover holds the lock on ${name}: ${preflight?.lockHolder}`,
          'Wait for its end.',
        ),
      );
};

export const replicationAccount: CheckOf = (input, { target, kind, oldPrimary }) => {
  if (kind === 'detach' || !oldPrimary) return [];
  if (input.replicationUser === null) {
    return [
      bad(
        'replication-account',
        null,
        'No replication account is configured, so nobody could be told to follow the new primary',
        'Add replication: { user, passwordFile } to the cluster in the configuration.',
      ),
    ];
  }
  const tried = input.replicationSignIn;
  if (!tried)
    return [
      bad(
        'replication-account-proven',
        target.name,
        `Whether ${input.replicationUser} signs in to ${target.name} was not tried`,
      ),
    ];
  if (!tried.ok) {
    return [
      bad(
        'replication-account',
        target.name,
        `The replication account ${input.replicationUser} does not sign in to ${target.name}: ${tried.text}`,
        `Create it on ${target.name} with the configured password, as on ${oldPrimary.name}.`,
      ),
    ];
  }
  return [
    well('replication-account', target.name, `${input.replicationUser} signs in to ${target.name}`),
    ...provenFrom(input, target.name, followersOf(input, target.name, oldPrimary.name, kind)),
  ];
};

/** Who is to replicate from the target: all that are up, the old primary among them where it goes on. */
function followersOf(input: PlanInput, target: string, oldPrimary: string, kind: TakeoverKind): string[] {
  const left = kind === 'failover' ? [target, oldPrimary] : [target];
  return input.servers
    .filter(({ name, observation }) => !left.includes(name) && observation?.kind === 'up')
    .map(({ name }) => name);
}

function provenFrom(input: PlanInput, target: string, followers: readonly string[]): Finding[] {
  const answers = input.signInsFrom.filter(({ server }) => followers.includes(server));
  const denied = answers.filter(({ result }) => result === 'denied');
  const unproven = followers.filter(
    (name) => !answers.some(({ server, result }) => server === name && result !== 'unknown'),
  );
  return [
    ...denied.map(({ server, text }) =>
      bad(
        'replication-account',
        server,
        `${input.replicationUser} does not sign in to ${target} from ${server}, which is to follow it: ${text}`,
        `Create it on ${target} for the host of ${server}, with the configured password.`,
      ),
    ),
    ...(unproven.length > 0
      ? [
          bad(
            'replication-account-proven',
            target,
            `The password of ${input.replicationUser} is proven from the console only, not from ${unproven.join(' and ')}`,
          ),
        ]
      : denied.length > 0 || followers.length === 0
        ? []
        : [
            well(
              'replication-account-proven',
              target,
              `${input.replicationUser} signs in to ${target} from ${followers.join(' and ')}, as replication will`,
            ),
          ]),
  ];
}
