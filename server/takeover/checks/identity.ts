import { compareSeries } from '../../mariadb/version.ts';
import { bad, either, well, type CheckOf } from './finding.ts';

export const serverIdUnique: CheckOf = (input) => {
  const known = input.servers.flatMap(({ name, facts }) => (facts ? [{ name, id: facts.serverId }] : []));
  const doubled = known.filter(({ name, id }) => known.some((other) => other.name !== name && other.id === id));
  return doubled.length === 0
    ? [well('server-id-unique', null, 'Every server has an id of its own')]
    : [
        bad(
          'server-id-unique',
          null,
          `${doubled.map(({ name }) => name).join(' and ')} have the same server_id`,
          'Give each server an id of its own in its configuration, and restart it.',
        ),
      ];
};

export const versionNotOlder: CheckOf = (_input, { target, oldPrimary, kind }) => {
  const [own, other] = [target.facts?.version, oldPrimary?.facts?.version];
  if (!own || !other || kind === 'detach') return [];
  return [
    either('version-not-older', target.name, compareSeries(own, other) >= 0, {
      well: `${target.name} runs ${own.major}.${own.minor}, ${oldPrimary?.name} ${other.major}.${other.minor}`,
      bad: `${target.name} runs ${own.major}.${own.minor}, older than ${other.major}.${other.minor} on ${oldPrimary?.name}`,
      fix: `Upgrade ${target.name} first.`,
    }),
  ];
};
