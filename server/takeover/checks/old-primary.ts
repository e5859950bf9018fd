import { answers } from '../classify.ts';
import { advice } from '../../mariadb/advice.ts';
import { hooksFor } from '../hooks/task-hook.ts';
import { bad, either, promoteCommand, well, type CheckOf } from './finding.ts';

export const longWrites: CheckOf = (_input, { oldPrimary, kind }) => {
  if (kind !== 'switchover' || !oldPrimary?.preflight) return [];
  const writes = oldPrimary.preflight.longWrites;
  return [
    either('long-writes', oldPrimary.name, writes.length === 0, {
      well: `No long write runs on ${oldPrimary.name}`,
      bad: `Long writes on ${oldPrimary.name}: ${writes.map(({ text }) => text).join('; ')}`,
      fix: 'Let them end first: the takeover waits for them before it freezes anything, ends none, and gives up in the end.',
      commands: writes.flatMap(({ id }) => advice.end(id)),
    }),
  ];
};

export const semiSync: CheckOf = (_input, { oldPrimary, kind }) => {
  const facts = oldPrimary?.facts?.semiSync;
  if (kind !== 'switchover' || !oldPrimary || !facts?.primaryEnabled) return [];
  return [
    either('semi-sync', oldPrimary.name, facts.waitSessions === 0 || facts.primaryClients > 0, {
      well: `Semi-synchronous replication moves along; ${facts.primaryClients} replicas acknowledge`,
      bad: `${facts.waitSessions} commits on ${oldPrimary.name} wait for an acknowledgement that no replica gives`,
      fix: 'Bring a semi-synchronous replica back first, or let the commits go without one:',
      commands: advice.letCommitsGo,
    }),
  ];
};

export const primaryAlive: CheckOf = (input, { target, oldPrimary, kind }) =>
  kind === 'failover' && oldPrimary
    ? [
        either('primary-alive', oldPrimary.name, !answers(oldPrimary), {
          well: `${oldPrimary.name} does not answer: ${oldPrimary.observation?.kind === 'unreachable' ? oldPrimary.observation.detail : 'never seen'}`,
          bad: `${oldPrimary.name} answers`,
          fix: 'Switch over instead: that loses nothing.',
          commands: [promoteCommand(input.snapshot.name, target.name, 'switchover')],
        }),
      ]
    : [];

/**
 * Whether the old primary may still take writes unseen. A port on which nothing listens takes none until somebody starts
 * the server again; anything else may be alive for others.
 */
export const unfenced: CheckOf = (input, { target, oldPrimary, kind }) => {
  if (kind !== 'failover' || !oldPrimary || answers(oldPrimary)) return [];
  const refused = oldPrimary.observation?.kind === 'unreachable' && oldPrimary.observation.reason === 'refused';
  const agent = oldPrimary.snapshot.agent.state === 'up';
  const fencing = hooksFor(input.hooks, kind).find(({ fence, problem }) => fence && problem === null);
  if (!refused && fencing) {
    return [
      well(
        'unfenced',
        oldPrimary.name,
        `Hook ${fencing.name} fences ${oldPrimary.name} before ${target.name} is opened`,
      ),
    ];
  }
  if (!refused) {
    return [
      bad(
        'unfenced',
        oldPrimary.name,
        `${oldPrimary.name} may be alive for others and take writes that nobody will keep`,
        `Stop ${oldPrimary.name} or cut it off, or accept that it is not fenced.`,
      ),
    ];
  }
  return agent
    ? [
        well(
          'fence-weak',
          oldPrimary.name,
          `${oldPrimary.name} is down, and its agent keeps it read-only at its next start`,
        ),
      ]
    : [
        bad(
          'fence-weak',
          oldPrimary.name,
          `${oldPrimary.name} is down; without its agent it takes writes again when somebody starts it`,
          `Write this into the configuration of ${oldPrimary.name} before anybody starts it:`,
          [advice.configured('read_only', 1)],
        ),
      ];
};

export const staysWritable: CheckOf = (_input, { target, oldPrimary, kind, connection }) => {
  if (kind !== 'detach') return [];
  const name = oldPrimary?.name ?? (connection ? `${connection.host}:${connection.port}` : 'the primary');
  return [
    bad(
      'stays-writable',
      oldPrimary?.name ?? null,
      `${name} is not touched and stays writable: from then on there are two, ${target.name} and ${name}`,
      'This is what a detach is. To move the primary, switch over instead.',
    ),
  ];
};
