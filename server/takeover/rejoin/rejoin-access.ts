import type { Check } from '../../contract/takeover.ts';
import { holdsPrivilege, missingGrants } from '../../mariadb/grants.ts';
import { enabledEvents } from '../../mariadb/preflight.ts';
import { answers } from '../classify.ts';
import { block, pass, warn } from './rejoin-finding.ts';
import type { RejoinInput } from './rejoin-input.ts';

/** Without these an event that is enabled goes on firing on a server that follows. */
const FOR_EVENTS = ['EVENT', 'SET USER', 'BINLOG ADMIN'];

/** Whether the operating account may do what the steps do, on both servers. */
export function grantChecks({ server, primary }: RejoinInput): Check[] {
  return [server, ...(primary ? [primary] : [])].filter(answers).flatMap((one): Check[] => {
    const { name, preflight, facts } = one;
    if (!preflight || !facts) {
      const text = `The operating account does not sign in to ${name}: ${one.preflightError ?? 'none is configured'}`;
      return [block('grants', name, text, '`baton grants` prints its GRANT statement.')];
    }
    const missing = missingGrants(preflight.grants, 'operate', facts.version).required;
    if (missing.length > 0)
      return [
        block(
          'grants',
          name,
          `The operating account lacks privileges on ${name}`,
          `Run on ${name} as an administrator:`,
          missing,
        ),
      ];
    const well = pass('grants', name, `The operating account has what it needs on ${name}`);
    const lacking = FOR_EVENTS.filter((privilege) => !holdsPrivilege(preflight.grants, privilege, facts.version));
    if (one !== server || enabledEvents(preflight) === 0 || lacking.length === 0) return [well];
    const text = `${enabledEvents(preflight)} events are enabled on ${name}, and the operating account can't disable them`;
    return [
      well,
      block('events', name, text, `It lacks ${lacking.join(', ')}: \`baton grants\` prints the statement.`),
    ];
  });
}

/** Whether the replication account will be let in by the primary, from where the server is. */
export function accountChecks({ server, primary, replicationUser: user, signIn, signInFrom }: RejoinInput): Check[] {
  const configure = 'Add replication: { user, passwordFile } to the cluster in the configuration.';
  if (user === null) return [block('replication-account', null, 'No replication account is configured', configure)];
  if (!primary || !answers(primary)) return [];
  const create = `Create it on ${primary.name} with the configured password, for the host of ${server.name}.`;
  const where = `${user} signs in to ${primary.name}`;
  switch (signInFrom?.result) {
    case 'accepted':
      return [pass('replication-account', primary.name, `${where} from ${server.name}, as replication will`)];
    case 'denied':
      return [
        block(
          'replication-account',
          primary.name,
          `${user} does not sign in to ${primary.name} from ${server.name}: ${signInFrom.text}`,
          create,
        ),
      ];
    default:
      if (signIn?.ok === false)
        return [
          block(
            'replication-account',
            primary.name,
            `${user} does not sign in to ${primary.name}: ${signIn.text}`,
            create,
          ),
        ];
      return [
        warn(
          'replication-account-proven',
          primary.name,
          `${where} from ${signIn ? 'the console' : 'nowhere that was tried'}; from ${server.name} it is not proven`,
        ),
      ];
  }
}
