import { holdsPrivilege } from '../../mariadb/grants.ts';
import type { PlannedServer } from '../plan-input.ts';
import { bad, well, type CheckOf } from './finding.ts';

const BACKUP_HOURS = 24;
const HOUR_MS = 3_600_000;

export const events: CheckOf = (input, { target, oldPrimary, kind }) => {
  if (!oldPrimary) return [];
  const enabled = oldPrimary.preflight?.enabledEvents ?? null;
  if (kind === 'detach') {
    return enabled
      ? [bad('events', target.name, `${enabled} events stay off on ${target.name}: they would run on both`)]
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
          ),
        ];
  }
  if (enabled === 0) return [well('events', oldPrimary.name, `${oldPrimary.name} has no enabled event`)];
  const lacking = [oldPrimary, target].filter((server) => !mayMoveEvents(server));
  return lacking.length === 0
    ? [well('events', oldPrimary.name, `${enabled} enabled events move along`)]
    : lacking.map(({ name }) =>
        bad('events', name, `${enabled} events can't be moved on ${name}`, 'Grant EVENT, SET USER, BINLOG ADMIN.'),
      );
};

function mayMoveEvents({ preflight, facts }: PlannedServer): boolean {
  if (!preflight || !facts) return false;
  return ['EVENT', 'SET USER', 'BINLOG ADMIN'].every((privilege) =>
    holdsPrivilege(preflight.grants, privilege, facts.version),
  );
}

export const serviceRunning: CheckOf = (_input, { oldPrimary, kind }) => {
  if (kind !== 'switchover' || !oldPrimary) return [];
  const running = oldPrimary.snapshot.agent.services.filter((service) => service.running);
  return running.map(({ name }) =>
    bad('service-running', oldPrimary.name, `${name} is running on ${oldPrimary.name}; its end is waited for`),
  );
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
      `Write read_only into the configuration of ${name} by hand afterwards.`,
    ),
  );
};

export const backupAge: CheckOf = (input) => {
  const newest = input.snapshot.newestDump;
  if (!newest) return [bad('backup-age', null, 'No backup of this cluster is known', 'Make one first.')];
  const hours = (input.at - Date.parse(newest.endedAt)) / HOUR_MS;
  return hours <= BACKUP_HOURS
    ? [
        well(
          'backup-age',
          newest.server,
          `The newest backup is ${hours < 1 ? 'less than an hour' : `${Math.round(hours)} h`} old`,
        ),
      ]
    : [bad('backup-age', newest.server, `The newest backup is ${Math.round(hours)} h old`, 'Make one first.')];
};
