import { compareSeries } from '../../mariadb/version.ts';
import { answers } from '../classify.ts';
import { bad, type CheckOf } from './finding.ts';

/** After an upgrade by switchover the servers of the older release follow a newer one, which replication does not promise. */
export const followersNotOlder: CheckOf = (_input, { target, oldPrimary, others, kind }) => {
  const own = target.facts?.version;
  if (!own || kind === 'detach') return [];
  return [oldPrimary, ...others].flatMap((server) => {
    const version = server?.facts?.version;
    if (!server || !version || !answers(server) || compareSeries(version, own) >= 0) return [];
    const texts = `${server.name} runs ${version.major}.${version.minor} and is to follow ${target.name} with ${own.major}.${own.minor}`;
    return [
      bad(
        'followers-not-older',
        server.name,
        `${texts}: an older replica may not understand all that it gets`,
        `Upgrade ${server.name} soon; going back to it is refused.`,
      ),
    ];
  });
};
