import { advice } from '../../mariadb/advice.ts';
import { grantOfMissing } from '../../mariadb/grants.ts';
import { enabledEvents } from '../../mariadb/preflight.ts';
import type { PlannedServer } from '../plan-input.ts';
import { bad, well, type CheckOf } from './finding.ts';

const BACKUP_HOURS = 24;
const HOUR_MS = 3_600_000;

const MOVE_EVENTS = ['EVENT', 'SET USER', 'BINLOG ADMIN'];

export const events: CheckOf = (input, { target, oldPrimary, kind }) => {
  if (!oldPrimary) return [];
  const enabled = oldPrimary.preflight ? enabledEvents(oldPrimary.preflight) : null;
  if (kind === 'detach') {
    return enabled
      ? [
          bad(
            'events',
            target.name,
            `${counted(enabled)} of ${oldPrimary.name} stay off on ${target.name}: they would run on both`,
            `Enable on ${target.name} afterwards what only it is to run. This lists them:`,
            advice.events,
          ),
        ]
      : [];
  }
  if (enabled === null) {
    return input.eventsRemembered
      ? [well('events', oldPrimary.name, `The events of ${oldPrimary.name} are remembered from when it was alive`)]
      : [
          bad(
            'events',
            oldPrimary.name,
            `The events of ${oldPrimary.name} are not known: none will be enabled on ${target.name}`,
            `Enable afterwards on ${target.name} those that are to run. This lists them:`,
            advice.events,
          ),
        ];
  }
  if (enabled === 0) return [well('events', oldPrimary.name, `${oldPrimary.name} has no enabled event`)];
  const lacking = [oldPrimary, target].filter((server) => moveGrant(server) !== null);
  return lacking.length === 0
    ? [well('events', oldPrimary.name, `${counted(enabled)} move${enabled === 1 ? 's' : ''} along`)]
    : lacking.map((server) =>
        bad(
          'events',
          server.name,
          `${counted(enabled)} can't be moved: the operating account may not on ${server.name}`,
          `Run on ${server.name} as an administrator:`,
          [`${moveGrant(server) ?? ''};`],
        ),
      );
};

const counted = (enabled: number): string => (enabled === 1 ? '1 enabled event' : `${enabled} enabled events`);

/** What the operating account lacks to move events, as a statement; null: nothing, or it can't be told. */
function moveGrant({ preflight, facts }: PlannedServer): string | null {
  return preflight && facts ? grantOfMissing(preflight.grants, MOVE_EVENTS, facts.version) : null;
}

export const serviceRunning: CheckOf = (_input, { oldPrimary, kind }) => {
  if (kind !== 'switchover' || !oldPrimary) return [];
  const { services } = oldPrimary.snapshot.agent;
  // What runs all the time is stopped at once: nothing has to be waited for.
  const running = services.filter((service) => service.running && service.daemon !== true);
  const unsure = services.filter(({ problem, enabled }) => enabled && typeof problem === 'string');
  if (running.length + unsure.length === 0) {
    return [well('service-running', oldPrimary.name, `No service of a primary is running on ${oldPrimary.name}`)];
  }
  return [
    ...running.map(({ name }) =>
      bad(
        'service-running',
        oldPrimary.name,
        `${name} is running on ${oldPrimary.name}`,
        'Nothing to do: its end is waited for, up to the step’s deadline, before anything is frozen.',
      ),
    ),
    ...unsure.map(({ name, problem }) =>
      bad(
        'service-running',
        oldPrimary.name,
        `${name} on ${oldPrimary.name}: ${problem}`,
        'Mend it: where it can’t be shut, the takeover stops before anything is frozen.',
      ),
    ),
  ];
};

export const readOnlyPersisted: CheckOf = (_input, { target, oldPrimary, kind }) => {
  const concerned = [target, ...(oldPrimary && kind !== 'detach' ? [oldPrimary] : [])];
  const without = concerned.filter(({ snapshot }) => snapshot.agent.state !== 'up');
  if (without.length === 0) {
    return [
      well(
        'read-only-persisted',
        null,
        `read_only is kept for the next start of ${concerned.map(({ name }) => name).join(' and ')}`,
      ),
    ];
  }
  return without.map(({ name, snapshot }) =>
    bad(
      'read-only-persisted',
      name,
      snapshot.agent.state === 'none'
        ? `${name} has no agent: read_only comes back from its configuration at the next start`
        : `The agent of ${name} can't be reached: read_only is not kept for its next start`,
      `Write this into the configuration of ${name} by hand afterwards:`,
      [advice.configured('read_only', name === target.name ? 0 : 1)],
    ),
  );
};

export const backupAge: CheckOf = (input) => {
  const newest = input.snapshot.newestDump;
  const fix = `Make one first, on a replica; a takeover loses nothing by it, but leaves one copy less for a while.`;
  if (!newest) return [bad('backup-age', null, 'No backup of this cluster is known', fix)];
  const hours = (input.at - Date.parse(newest.endedAt)) / HOUR_MS;
  return hours <= BACKUP_HOURS
    ? [
        well(
          'backup-age',
          newest.server,
          `The newest backup is ${hours < 1 ? 'less than an hour' : `${Math.round(hours)} h`} old`,
        ),
      ]
    : [bad('backup-age', newest.server, `The newest backup is ${Math.round(hours)} h old`, fix)];
};
