import type { TakeoverKind } from '../../contract/takeover.ts';
import { advice } from '../../mariadb/advice.ts';
import { missingGrants } from '../../mariadb/grants.ts';
import type { PlanInput, PlannedServer } from '../plan-input.ts';
import type { Situation } from '../classify.ts';
import { bad, well, type CheckOf, type Finding } from './finding.ts';

/** The servers that a takeover acts on. */
function involved({ target, oldPrimary, others, kind }: Situation): PlannedServer[] {
  const all = kind === 'detach' ? [target] : [target, ...(oldPrimary ? [oldPrimary] : []), ...others];
  return all.filter(({ observation }) => observation?.kind === 'up');
}

export const grants: CheckOf = (input, situation) =>
  involved(situation).flatMap((server): Finding[] => {
    const { name, preflight, facts } = server;
    if (!facts) return [];
    if (!preflight) {
      if (server === situation.target) return [];
      const text = `The operating account does not sign in to ${name}: ${server.preflightError ?? 'none is configured'}`;
      const print = [`baton grants ${input.snapshot.name}`];
      return [bad('grants', name, text, 'Check account.operate in the configuration; this prints its grants:', print)];
    }
    const missing = missingGrants(preflight.grants, 'operate', facts.version);
    return [
      missing.required.length === 0
        ? well('grants', name, `The operating account has what it needs on ${name}`)
        : bad(
            'grants',
            name,
            `The operating account lacks privileges on ${name}`,
            `Run on ${name} as an administrator:`,
            missing.required.map((statement) => `${statement};`),
          ),
      ...(missing.optional.length === 0
        ? []
        : [
            bad(
              'grants-optional',
              name,
              `On ${name} the operating account lacks ${counted(missing.optional.length)} that a takeover can do without`,
              `It can't be asked ${listed(missing.optional.map(({ needed }) => needed))}. To let it, run on ${name} as an administrator:`,
              missing.optional.map(({ statement }) => `${statement};`),
            ),
          ]),
    ];
  });

const counted = (privileges: number): string => (privileges === 1 ? '1 privilege' : `${privileges} privileges`);

/** "a", "a and b", "a, b and c". */
function listed(words: readonly string[]): string {
  return words.join(', ').replace(/, ([^,]*)$/, ' and $1');
}

export const lockFree: CheckOf = (input, situation) => {
  const held = involved(situation).filter(({ preflight }) => preflight?.lockHolder);
  if (held.length === 0) return [well('lock-free', null, 'No other takeover holds a lock')];
  // One takeover holds them all: it is one thing to wait for.
  const [only = null] = held.length === 1 ? held.map(({ name }) => name) : [];
  return [
    bad(
      'lock-free',
      only,
      `Another takeover holds the lock on ${listed(held.map(({ name, preflight }) => `${name}: ${preflight?.lockHolder}`))}`,
      'Wait for its end, or take it up where its console died:',
      [`baton operations --cluster ${input.snapshot.name}`],
    ),
  ];
};

export const replicationAccount: CheckOf = (input, { target, kind, oldPrimary }) => {
  if (kind === 'detach' || !oldPrimary) return [];
  if (input.replicationUser === null) {
    return [
      bad(
        'replication-account',
        null,
        'No replication account is configured, so nobody could be told to follow the new primary',
        'Name the account in the configuration of the cluster:',
        ['replication: { user: replication_user, passwordFile: … }'],
      ),
    ];
  }
  const tried = input.replicationSignIn;
  if (!tried)
    return [
      bad(
        'replication-account-proven',
        target.name,
        `Whether ${input.replicationUser} signs in to ${target.name} could not be tried`,
        'Review again; should it not, its followers can be re-pointed once the account is right.',
      ),
    ];
  const followers = followersOf(input, target.name, oldPrimary.name, kind);
  // Those who will use it count: the console may lack the certificate that the account asks for.
  const proven = followers.length > 0 && followers.every((name) => acceptedFrom(input, name));
  if (!tried.ok && !proven) {
    return [
      bad(
        'replication-account',
        target.name,
        `The replication account ${input.replicationUser} does not sign in to ${target.name}: ${tried.text}`,
        `Create it on ${target.name} with the configured password, as on ${oldPrimary.name}:`,
        advice.createReplicationAccount(input.replicationUser, '%'),
      ),
    ];
  }
  return [
    well('replication-account', target.name, `${input.replicationUser} signs in to ${target.name}`),
    ...provenFrom(input, target.name, followers),
  ];
};

const acceptedFrom = (input: PlanInput, name: string): boolean =>
  input.signInsFrom.some(({ server, result }) => server === name && result === 'accepted');

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
        `Create it on ${target} for the host of ${server}, with the configured password:`,
        advice.createReplicationAccount(input.replicationUser ?? '', hostOf(input, server)),
      ),
    ),
    ...(unproven.length > 0
      ? [
          bad(
            'replication-account-proven',
            target,
            `The password of ${input.replicationUser} is proven from the console only, not from ${listed(unproven)}`,
            `An agent on the host of ${listed(unproven)} would prove it; the same account must be let in from there.`,
          ),
        ]
      : denied.length > 0 || followers.length === 0
        ? []
        : [
            well(
              'replication-account-proven',
              target,
              `${input.replicationUser} signs in to ${target} from ${listed(followers)}, as replication will`,
            ),
          ]),
  ];
}

const hostOf = (input: PlanInput, name: string): string =>
  input.servers.find((server) => server.name === name)?.host ?? '%';
