import { advice } from '../../mariadb/advice.ts';
import { transactionsBehind } from '../../mariadb/gtid.ts';
import { hasOfSource } from '../../mariadb/replica-status.ts';
import { answers } from '../classify.ts';
import { transactions } from '../../topology/analysis/finding.ts';
import { bad, either, promoteCommand, well, type CheckOf } from './finding.ts';

export const twoPrimaries: CheckOf = (input, { kind }) => {
  if (kind === 'detach') return [];
  const writable = input.servers.filter(
    ({ snapshot }) => snapshot.role === 'primary' && snapshot.readOnly === false && snapshot.state === 'up',
  );
  return [
    either('two-primaries', null, writable.length < 2, {
      well: 'No two servers take writes as primaries',
      bad: `${writable.map(({ name }) => name).join(' and ')} both take writes and replicate from nobody`,
      fix: 'Decide which one is right; on the other, before anything else:',
      commands: advice.takeNoWrites,
    }),
  ];
};

/** The takeover's first, reversible act is to make them read-only. */
export const replicaWritable: CheckOf = (_input, { target, others }) =>
  [target, ...others]
    .filter(({ facts, snapshot }) => facts && !facts.readOnly && snapshot.role === 'replica')
    .map(({ name }) =>
      bad(
        'replica-writable',
        name,
        `${name} is a replica and takes writes`,
        'Nothing to do: the takeover makes it read-only first, and back where it is undone.',
        advice.takeNoWrites,
      ),
    );

export const replicasFollowPrimary: CheckOf = (input, { target, oldPrimary, others, kind }) => {
  if (kind === 'detach' || !oldPrimary) return [];
  const strays = input.servers.filter(
    (server) =>
      server !== target && server !== oldPrimary && !others.includes(server) && server.snapshot.role !== 'unknown',
  );
  const chained = (name: string): boolean =>
    strays.some((one) => one.name === name && one.snapshot.replication.some(({ primary }) => primary === target.name));
  const left = strays.filter(({ name }) => !chained(name));
  if (left.length === 0)
    return [well('replicas-follow-primary', null, `Every other replica follows ${oldPrimary.name}`)];
  return left.map(({ name, snapshot }) =>
    bad(
      'replicas-follow-primary',
      name,
      `${name} does not follow ${oldPrimary.name} (${snapshot.replication[0]?.source ?? 'it replicates from nobody'}); it is left as it is`,
      `Make it a replica of the primary, now or afterwards:`,
      [`baton rejoin ${input.snapshot.name}/${name}`],
    ),
  );
};

export const replicasReachable: CheckOf = (input, { target, oldPrimary, kind }) =>
  kind === 'detach'
    ? []
    : input.servers
        .filter((server) => server !== target && server !== oldPrimary && !answers(server))
        .map(({ name, observation }) =>
          bad(
            'replicas-reachable',
            name,
            `${name} can't be reached${observation?.kind === 'unreachable' ? ` (${observation.detail})` : ''}: it will not follow ${target.name}`,
            `When it is back, make it a replica of ${target.name}:`,
            [`baton rejoin ${input.snapshot.name}/${name}`],
          ),
        );

export const replicaAhead: CheckOf = (input, { target, connection, others, kind }) => {
  if (kind !== 'failover' || !connection) return [];
  const ahead = others.flatMap((server) => {
    const received = server.facts?.replication.find(
      ({ masterServerId }) => masterServerId === connection.masterServerId,
    );
    const more = received && answers(server) ? transactionsBehind(hasOfSource(received), hasOfSource(connection)) : 0;
    return more > 0 ? [{ name: server.name, more }] : [];
  });
  if (ahead.length === 0)
    return [well('replica-ahead', target.name, `No reachable replica has received more than ${target.name}`)];
  return ahead.map(({ name, more }) =>
    bad(
      'replica-ahead',
      name,
      `${name} has received ${transactions(more)} that ${target.name} has not`,
      `Promote ${name} instead:`,
      [promoteCommand(input.snapshot.name, name, 'failover')],
    ),
  );
};
