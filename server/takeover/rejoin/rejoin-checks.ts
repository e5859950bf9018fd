import type { Check } from '../../contract/takeover.ts';
import { answers } from '../classify.ts';
import { copyChecks } from './copy-checks.ts';
import { accountChecks, grantChecks } from './rejoin-access.ts';
import { block, pass, warn } from './rejoin-finding.ts';
import type { RejoinInput } from './rejoin-input.ts';
import { historyChecks } from './rejoin-history.ts';

/** Everything that a rejoin asks first: the same list for the page, the API's 422 and the command line. */
export function rejoinChecks(input: RejoinInput): Check[] {
  return [
    ...unfinished(input),
    ...reachable(input),
    ...healthyPrimary(input),
    ...follows(input),
    ...historyChecks(input),
    ...copyChecks(input),
    ...identity(input),
    ...lockFree(input),
    ...grantChecks(input),
    ...accountChecks(input),
    ...agent(input),
  ];
}

function unfinished({ unfinished: text }: RejoinInput): Check[] {
  return text === null ? [] : [block('operation-unfinished', null, text, 'Resume it, and look at its end.')];
}

function reachable({ server }: RejoinInput): Check[] {
  const { name } = server;
  return answers(server)
    ? [pass('server-reachable', name, `${name} answers`)]
    : [block('server-reachable', name, `${name} does not answer`, `Start ${name}.`)];
}

function healthyPrimary({ server, primary, snapshot, servers }: RejoinInput): Check[] {
  const { name } = server;
  if (snapshot.primary === name)
    return [block('not-primary', name, `${name} is the primary`, 'Rejoin is for the others.')];
  if (!primary)
    return [block('primary-healthy', null, `${snapshot.name} has no primary to follow`, 'Promote a server first.')];
  if (!answers(primary))
    return [block('primary-healthy', primary.name, `The primary ${primary.name} does not answer`, 'Fail over first.')];
  if (primary.facts?.readOnly !== false)
    return [block('primary-healthy', primary.name, `The primary ${primary.name} takes no writes`)];
  const third = servers.find(
    (one) =>
      one !== server &&
      one !== primary &&
      answers(one) &&
      one.facts?.readOnly === false &&
      one.facts.replication.length === 0,
  );
  const ambiguous = third
    ? [warn('two-primaries', third.name, `${third.name} takes writes as well as the primary ${primary.name}`)]
    : [];
  const writable =
    server.facts?.readOnly === false
      ? [warn('server-writable', name, `${name} takes writes now: the first step ends that, and its clients' sessions`)]
      : [];
  return [
    pass('primary-healthy', primary.name, `${primary.name} is the primary and takes writes`),
    ...ambiguous,
    ...writable,
  ];
}

function follows({ server, primary, copy, extra }: RejoinInput): Check[] {
  const { name, facts, snapshot } = server;
  const [first, second] = facts?.replication ?? [];
  if (!facts) return [];
  if (!first) return [pass('follows-nobody', name, `${name} follows nobody`)];
  if (second) return [block('multi-source', name, `${name} has several connections: which one is meant can't be told`)];
  const source = snapshot.replication[0]?.primary ?? `${first.host}:${first.port}`;
  if (primary && (source === primary.name || (first.host === primary.host && first.port === primary.port))) {
    const running = first.ioThread === 'running' && first.sqlThread === 'running';
    // What has transactions of its own, or has stopped, is what a copy cures.
    if (copy !== null && (!running || (extra ?? []).length > 0))
      return [warn('follows-nobody', name, `${name} follows ${primary.name}: it begins anew there`)];
    return [
      running
        ? block('follows-nobody', name, `${name} follows ${primary.name} already`)
        : block(
            'follows-nobody',
            name,
            `${name} is pointed at ${primary.name} already, and stopped`,
            'START SLAVE, once its error is understood.',
          ),
    ];
  }
  return [warn('follows-nobody', name, `${name} follows ${source}: it is taken away from there`)];
}

function identity({ server, primary, servers }: RejoinInput): Check[] {
  const [own, other] = [server.facts, primary?.facts];
  if (!own) return [];
  const { name } = server;
  const twin = servers.find((one) => one !== server && one.facts?.serverId === own.serverId);
  const unique = twin
    ? block(
        'server-id-unique',
        name,
        `${name} and ${twin.name} have the same server_id`,
        'Give each an id of its own, and restart it.',
      )
    : pass('server-id-unique', name, `${name} has a server_id of its own`);
  if (!primary || !other) return [unique];
  const [a, b] = [own.version, other.version];
  const older = a.major < b.major || (a.major === b.major && a.minor < b.minor);
  const texts = `${name} runs ${a.major}.${a.minor}, ${primary.name} ${b.major}.${b.minor}`;
  return [
    unique,
    older
      ? warn(
          'version-not-older',
          name,
          `${texts}: an older replica may not understand all that it gets`,
          `Upgrade ${name}.`,
        )
      : pass('version-not-older', name, texts),
  ];
}

function lockFree({ servers }: RejoinInput): Check[] {
  const held = servers.filter(({ preflight }) => preflight?.lockHolder);
  return held.length === 0
    ? [pass('lock-free', null, 'No other takeover holds a lock')]
    : held.map(({ name, preflight }) =>
        block(
          'lock-free',
          name,
          `Another takeover holds the lock on ${name}: ${preflight?.lockHolder}`,
          'Wait for its end.',
        ),
      );
}

function agent({ server, hasAgent }: RejoinInput): Check[] {
  const { name, snapshot } = server;
  if (!hasAgent)
    return [
      warn('read-only-persisted', name, `${name} has no agent: read_only=1 must be in its configuration by hand`),
    ];
  return snapshot.agent.state === 'unreachable'
    ? [warn('read-only-persisted', name, `The agent of ${name} does not answer: read_only=1 may not survive a restart`)]
    : [pass('read-only-persisted', name, `The agent of ${name} keeps read_only=1 for its next start`)];
}
